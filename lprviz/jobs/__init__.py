"""Background work: a request goes in, a reply comes out, and one thread per session does it.

requests  what goes in and comes out (frozen)
worker    the thread, and `InlineWorker`, which does the same at once
"""

from lprviz.jobs.requests import Progress, Reply, Request
from lprviz.jobs.worker import InlineWorker, Runner, Worker

__all__ = ["InlineWorker", "Progress", "Reply", "Request", "Runner", "Worker"]

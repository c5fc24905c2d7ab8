"""``lprviz datasets`` with a published archive, served on loopback; no test reaches further."""

import hashlib
import io
import json
import tarfile
from dataclasses import replace

import pytest
from archive_server import Shelf, serving
from ase.build import bulk
from ase.io import write

import lprviz
from lprviz.data import remote
from lprviz.data.remote import archive_card, archive_folder, archive_structures, list_archives
from lprviz.errors import DataError

NAME = "lpr-paper-silicon"


def small_archive():
    """An archive with the layout of the published one: two files of silicon cells."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for inside, count in (("Si_amo_defect_free", 2), ("Si_amo_defect_containing", 3)):
            text = io.StringIO()
            cells = [bulk("Si", cubic=True) for _ in range(count)]
            for number, cell in enumerate(cells):
                cell.rattle(0.05, seed=number + count)
                cell.info["energy"] = -4.0 * len(cell)
            write(text, cells, format="extxyz")
            info = tarfile.TarInfo(f"datasets/{inside}.xyz")
            info.size = len(text.getvalue().encode())
            tar.addfile(info, io.BytesIO(text.getvalue().encode()))
    return packed.getvalue()


@pytest.fixture
def served(monkeypatch):
    """The card as it is, but for the place and the checksum of the file."""
    content = small_archive()
    with serving(Shelf(content)) as shelf:
        card = archive_card(NAME)
        download = replace(card.download, size=len(content), md5=hashlib.md5(content).hexdigest(),
                           addresses=(shelf.address,))  # fmt: skip
        monkeypatch.setattr(remote, "list_archives", lambda: (replace(card, download=download),))
        yield shelf


def test_the_card_says_what_was_published():
    (card,) = list_archives()
    assert card.name == NAME
    assert card.licence == "CC BY 4.0"
    assert (card.download.size, card.download.md5) == (13_489_463, "68664f36b80f27317378e76fa62a6406")
    assert card.download.file == "LPR_supp_notebook_dataset.tar.gz"
    assert card.download.addresses
    for address in card.download.addresses:
        assert address.startswith("https://archive.materialscloud.org/")
        assert card.download.file in address
    assert lprviz.SoapHypers.from_mapping(card.hypers).max_radial == 9


def test_listing_names_it_and_fetches_nothing(run, served):
    status, stdout, _ = run("datasets", "--json", "-")
    assert status == 0
    values = json.loads(stdout)
    assert [each["name"] for each in values["archives"]] == [NAME]
    assert len(values["datasets"]) == len(lprviz.list_datasets())
    assert NAME in run("datasets")[1]
    assert served.requests == []


def test_naming_it_fetches_it_once_and_says_where_it_is(run, served, tmp_path):
    status, stdout, stderr = run("datasets", NAME)
    assert status == 0
    assert "CC BY 4.0" in stdout
    assert "fetching LPR_supp_notebook_dataset.tar.gz" in stderr
    out = tmp_path / "silicon.xyz"
    status, stdout, _ = run("datasets", NAME, "--output", out, "--json", tmp_path / "card.json")
    assert status == 0
    assert served.requests == [None]
    structures = lprviz.read_structures(out)
    assert structures.groups == ("defect-free",) * 2 + ("defect-containing",) * 3
    assert structures.energies.tolist() == [-32.0] * 5
    paths = json.loads((tmp_path / "card.json").read_text())["structures"]
    assert lprviz.read_structures(paths["defect-containing"]).n_structures == 3


def test_offline_is_one_sentence_and_exit_status_two(run, served):
    served.status = 503
    status, stdout, stderr = run("datasets", NAME)
    assert status == 2
    assert stdout == ""
    assert "could not be fetched (127.0.0.1: answer 503)" in stderr
    assert str(archive_folder(archive_card(NAME))) in stderr


def test_a_place_that_cannot_be_written_is_said_before_anything_is_fetched(run, served, tmp_path):
    assert run("datasets", NAME, "--output", tmp_path / "no" / "folder.xyz")[0] == 2
    assert served.requests == []


def test_an_archive_without_the_files_is_said(tmp_path):
    with pytest.raises(DataError, match=r"does not hold datasets/Si_amo_defect_free\.xyz"):
        archive_structures(archive_card(NAME), tmp_path)


def test_an_unknown_archive_lists_the_known_ones():
    with pytest.raises(DataError) as caught:
        archive_card("unobtainium")
    assert NAME in caught.value.hint

"""The built wheel, installed into a clean environment outside the checkout, is the whole product."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from packaging.version import Version

from tmt_dataset.package import open_package

ROOT = Path(__file__).parents[1]


#: What somebody may have left in a checkout.
STRAYS = (
    "data/.~lock.quotes.csv#",
    "data/notes.csv",
    "data/annotations/newsletter-2099-01.yaml",
    "data/vocabularies/old.csv",
    "docs/draft.md",
    "metadata/old.json",
    "notebooks/07_private.ipynb",
    "private.txt",
    "src/tmt_dataset/notes.txt",
    "src/tmt_dataset/package/data/quotes.csv",
    "validation/newsletter-2024-07.txt",
    "validation/second_coding/newsletter-2099-01.yaml",
)


def make(checkout: Path, out: Path, *kinds: str) -> None:
    command = [sys.executable, "-m", "build", *kinds, "--no-isolation", "--outdir", str(out), str(checkout)]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    make(ROOT, out, "--wheel")
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def from_strays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a wheel and a source distribution that were built from a checkout with strays."""
    folder = tmp_path_factory.mktemp("strays")
    left_out = shutil.ignore_patterns(
        ".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "report", "dist"
    )
    checkout = Path(shutil.copytree(ROOT, folder / "checkout", ignore=left_out))
    for name in STRAYS:
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("of somebody\n", encoding="utf-8")
    make(checkout, folder / "out", "--wheel", "--sdist")
    return folder / "out"


def sdist_names(folder: Path) -> set[str]:
    (built,) = folder.glob("*.tar.gz")
    with tarfile.open(built) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_what_lies_in_a_folder_is_not_shipped(wheel: Path, from_strays: Path) -> None:
    assert not sdist_names(from_strays) & {*STRAYS}
    assert (from_strays / wheel.name).read_bytes() == wheel.read_bytes()


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a clone: nobody can say what is committed")
def test_a_source_distribution_has_every_committed_file(from_strays: Path) -> None:
    """A document or notebook that pyproject.toml does not list would be left out without a word."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {*listed.stdout.split("\0")} - {""} <= sdist_names(from_strays)


def test_a_wheel_of_the_source_distribution_is_the_same(
    wheel: Path, from_strays: Path, tmp_path: Path
) -> None:
    (built,) = from_strays.glob("*.tar.gz")
    with tarfile.open(built) as archive:
        archive.extractall(tmp_path, filter="data")
    make(tmp_path / built.name.removesuffix(".tar.gz"), tmp_path / "out", "--wheel")
    assert (tmp_path / "out" / wheel.name).read_bytes() == wheel.read_bytes()


def test_the_wheel_has_the_version_of_the_descriptor(wheel: Path) -> None:
    # in the spelling of the packaging standards, where a version in development has a number
    assert Version(wheel.name.split("-")[1]) == Version(open_package().descriptor.version)


def test_the_wheel_carries_the_data_and_no_source_text(wheel: Path) -> None:
    descriptor, files = open_package(ROOT)
    tables = {f"tmt_dataset/package/{t.path}" for t in descriptor.tables.values()}
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        for table in descriptor.tables.values():
            assert archive.read(f"tmt_dataset/package/{table.path}") == files.read(table.path)
    assert {"tmt_dataset/py.typed", "tmt_dataset/plots/paper.mplstyle"} <= names
    documents = ("datapackage.json", "validation/codebook.md", "LICENSE-DATA")
    shipped = {n for n in names if n.startswith("tmt_dataset/package/")}
    assert shipped == tables | {f"tmt_dataset/package/{n}" for n in documents}
    assert not [n for n in names if n.endswith(".txt") and "dist-info" not in n]


def test_a_wheel_on_the_path_says_that_it_has_to_be_installed(wheel: Path, tmp_path: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(wheel)!r}); from tmt_dataset.package import embedded; embedded()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("tmt_dataset.errors.PackageNotFoundError: ")
    assert f"{wheel.name}: the library is imported from an archive" in last
    assert "install it" in last


@pytest.mark.skipif(
    shutil.which("uv", path=Path(sys.executable).parent) is None, reason="uv is not in this environment"
)
def test_a_clean_environment_loads_validates_and_cites(wheel: Path, tmp_path: Path) -> None:
    uv = str(Path(sys.executable).parent / "uv")
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(tmp_path / "venv")], check=True)
    constraints = ["--constraint", str(ROOT / "constraints.txt")]
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", str(python), *constraints, str(wheel)], check=True
    )
    code = (
        "import tmt_dataset as tmt; ds = tmt.load(); report = tmt.validate();"
        "assert report.valid, str(report);"
        "assert 'site-packages' in tmt.__file__;"
        "print(ds.version, tmt.__version__, ds.version in tmt.cite(ds))"
    )
    done = subprocess.run(
        [str(python), "-I", "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path
    )
    version = open_package().descriptor.version
    assert done.stdout.split() == [version, version, "True"]
    command = [str(python.with_name("tmt-dataset")), "validate"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0

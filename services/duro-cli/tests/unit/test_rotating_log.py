from duro.cli.supervision.rotating_log import RotatingLog


class TestRotatingLog:
    def test_never_holds_more_than_its_bound(self, tmp_path):
        log = RotatingLog(tmp_path / "x.log", max_bytes=100, kept=2)
        for number in range(100):
            log.write(f"line {number:04}\n".encode())
        sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
        assert set(sizes) == {"x.log", "x.log.1", "x.log.2"}
        assert max(sizes.values()) <= 100

    def test_keeps_the_newest_lines_in_order(self, tmp_path):
        log = RotatingLog(tmp_path / "x.log", max_bytes=100, kept=2)
        for number in range(25):
            log.write(f"line {number:04}\n".encode())
        texts = [(tmp_path / name).read_text() for name in ("x.log.2", "x.log.1", "x.log")]
        assert "".join(texts).split("\n")[-2] == "line 0024"
        assert "".join(texts) == "".join(sorted("".join(texts).splitlines(keepends=True)))

    def test_shows_its_tail(self, tmp_path):
        log = RotatingLog(tmp_path / "x.log")
        log.write(b"one\ntwo\nthree\n")
        assert log.tail(lines=2) == "two\nthree"

    def test_goes_on_where_an_earlier_run_stopped(self, tmp_path):
        RotatingLog(tmp_path / "x.log").write(b"earlier\n")
        log = RotatingLog(tmp_path / "x.log")
        log.write(b"later\n")
        assert log.tail() == "earlier\nlater"

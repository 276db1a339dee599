"""A text page takes at most 25 ms, forty pages a second."""

import io

import pikepdf

from tests.reader import bench


def test_a_text_page_takes_at_most_25_milliseconds():
    assert min(bench.milliseconds_a_page(name, rounds=4) for name in ("d02", "d08")) <= 25


def test_forty_pages_take_at_most_a_second(tmp_path):
    import time

    from reader import read

    out = io.BytesIO()
    with pikepdf.new() as together:
        for name in ("d01", "d02", "d03", "d04", "d06", "d08", "d12"):
            with pikepdf.open(bench.path_of(name)) as part:
                together.pages.extend(part.pages)
        while len(together.pages) > 40:
            del together.pages[-1]
        together.save(out)
    best = float("inf")
    for _ in range(3):
        begun = time.process_time()
        read(out.getvalue())
        best = min(best, time.process_time() - begun)

    assert best <= 1.0

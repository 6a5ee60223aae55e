"""The runner with workers that only pretend: ./bench --peers runs it before it believes a figure."""

import os
import stat
import tempfile
import unittest

import compare
from rows import Comparison, Opponent
from tables import as_markdown, as_text

WORKER = """#!/bin/sh
case $1 in
layers) echo "dense 1 1 4 1 1 4 1 1 1 1 0 0 0 0 1 3" ;;
output) printf '\\001\\002%b' "$CODE" ;;
serve) echo ready; while read -r word; do echo SECONDS; done ;;
esac
"""


class CompareTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def worker(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, stat.S_IRWXU)
        return path

    def run_rows(self, peer, **settings):
        comparison = Comparison("work", (Opponent("Peer", "Peer 8-bit", 2.0),), **settings)
        libraries = {
            "Fast": self.worker("fast", WORKER.replace("SECONDS", "0.002").replace("$CODE", "\\003")),
            "Slow": self.worker("slow", WORKER.replace("SECONDS", "0.004").replace("$CODE", "\\003")),
        }
        return compare.run(comparison, libraries, peer, self.folder.name)

    def test_ratio_is_that_of_the_slowest_compiler(self):
        peer = {"Peer": self.worker("peer", WORKER.replace("SECONDS", "0.006").replace("$CODE", "\\005"))}
        (row,) = self.run_rows(peer, checks=True)
        self.assertEqual(row["slowest"], "Slow")
        self.assertAlmostEqual(row["ratio"], 1.5)
        self.assertAlmostEqual(row["ratios"]["Fast"], 3.0)
        self.assertAlmostEqual(row["peer_microseconds"], 6000)
        self.assertEqual(row["codes"]["input codes 0 ... 255"], "1 of 3 codes differ, by 2 at most")

    def test_peer_that_is_not_there_is_named(self):
        (row,) = self.run_rows({})
        self.assertEqual(row["missing"], "it could not be had")
        results = {"date": "", "processor": "", "versions": [], "missing": {"Other": "why"}, "rows": [row]}
        self.assertIn("missing: Peer 8-bit, work: it could not be had", as_text(results))
        self.assertIn("missing: Other: why", as_markdown(results))

    def test_peer_that_refuses_is_named_with_its_words(self):
        (row,) = self.run_rows({"Peer": self.worker("peer", "#!/bin/sh\necho no such layer >&2\nexit 1\n")})
        self.assertEqual(row["missing"], "no such layer")

    def test_agreement(self):
        self.assertEqual(compare.agreement(b"\x01\x02", b"\x01\x02"), "equal")
        self.assertEqual(compare.agreement(b"\x01\x02", b"\x01"), "1 codes instead of 2")


if __name__ == "__main__":
    unittest.main()

"""The results as tables for people."""


def figure(number):
    if number is None:
        return ""
    return f"{number:.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def cells(results):
    """Heads and rows: the ratio is that of the slowest compiler."""
    compilers = sorted({name for row in results["rows"] for name in row.get("ratios", ())})
    yield ["work", "peer", "times as fast", *compilers, "microseconds", "the peer's", "goal"]
    for row in results["rows"]:
        if row.get("missing"):
            yield [row["work"], row["peer"], "-", *[""] * len(compilers), "", "", figure(row["goal"])]
            continue
        yield [
            row["work"],
            row["peer"],
            figure(row["ratio"]),
            *[figure(row["ratios"].get(name)) for name in compilers],
            figure(row["microseconds"][row["slowest"]]),
            figure(row["peer_microseconds"]),
            figure(row["goal"]),
        ]


def notes(results):
    yield f"{results['date']}, {results['processor']}; " + "; ".join(results["versions"])
    for what, reason in results["missing"].items():
        yield f"missing: {what}: {reason}"
    for row in results["rows"]:
        if row.get("missing") and row["library"] not in results["missing"]:
            yield f"missing: {row['peer']}, {row['work']}: {row['missing']}"
    for row in results["rows"]:
        for inputs, text in (row.get("codes") or {}).items():
            yield f"codes of {row['work']}, {row['peer']}, {inputs}: {text}"


def as_text(results):
    table = list(cells(results))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in table]
    return "\n".join([*lines, "", *notes(results)])


def as_markdown(results):
    """One line for each work, one column for each peer."""
    rows = results["rows"]
    peers = list(dict.fromkeys(row["library"] for row in rows))
    lines = ["| work | microseconds | " + " | ".join("against " + peer for peer in peers) + " |"]
    lines.append("|---" * (2 + len(peers)) + "|")
    for work in dict.fromkeys(row["work"] for row in rows):
        mine = [row for row in rows if row["work"] == work]
        own = next((figure(row["microseconds"][row["slowest"]]) for row in mine if "ratio" in row), "")
        texts = [", ".join(ratio_text(row) for row in mine if row["library"] == peer) for peer in peers]
        lines.append("| " + " | ".join([work, own, *texts]) + " |")
    return "\n".join([*lines, "", *("- " + note for note in notes(results))]) + "\n"


def ratio_text(row):
    """A ratio, with the variant of the peer where it has several."""
    _, _, variant = row["peer"].partition(row["library"] + " ")
    ratio = figure(row["ratio"]) if "ratio" in row else "-"
    return f"{ratio} ({variant})" if variant.startswith("qc") else ratio

"""The ratios as bars, drawn by gnuplot: a bar for each row, a colour for each peer, a line where both are as fast."""

import subprocess

COLOURS = {
    "oneDNN": "#4c72b0",
    "XNNPACK": "#dd8452",
    "ONNX Runtime": "#55a868",
    "RTNeural": "#8172b3",
    "PyTorch": "#c44e52",
}


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def draw(results, path):
    rows = [row for row in results["rows"] if not row.get("missing")]
    if not rows:
        return
    works = list(dict.fromkeys(row["work"] for row in rows))
    peers = list(dict.fromkeys(row["library"] for row in rows))
    bars, tics, y = {peer: [] for peer in peers}, [], 0.0
    for work in works:
        mine = [row for row in rows if row["work"] == work]
        tics.append(f"{quoted(work)} {y + (len(mine) - 1) / 2}")
        for row in mine:
            bars[row["library"]].append((row["ratio"], y))
            y += 1
        y += 0.7
    ratios = [row["ratio"] for row in rows]
    script = [
        f"set terminal svg size 900,{int(120 + 13 * y)} font 'sans-serif,11' background '#ffffff'",
        f"set output {quoted(path)}",
        f"set title {quoted('One core of ' + results['processor'] + ', ' + results['date'])} noenhanced",
        "set style fill solid noborder",
        "set logscale x 2",
        f"set yrange [{y}:-1]",
        f"set xrange [{min(0.5, 0.9 * min(ratios))}:{max(4, 1.1 * max(ratios))}]",
        "set xlabel 'times as fast; left of 1 the peer is the faster one'",
        "set ytics (" + ", ".join(tics) + ") noenhanced scale 0",
        "set key outside top center horizontal",
        "set grid x",
        "set arrow from 1, graph 0 to 1, graph 1 nohead front lw 1.5 lc '#000000'",
    ]
    plots = []
    for peer in peers:
        points = "\n".join(f"{ratio} {at}" for ratio, at in bars[peer])
        script.append(f"$bars{len(plots)} << END\n{points}\nEND")
        # A box from 1 to the ratio: logarithms begin nowhere.
        plots.append(
            f"$bars{len(plots)} using 1:2:(1):1:($2 - 0.42):($2 + 0.42) with boxxyerror "
            f"lc rgb {quoted(COLOURS.get(peer, '#888888'))} title {quoted(peer)}"
        )
    script.append("plot " + ", ".join(plots))
    subprocess.run(["gnuplot"], input="\n".join(script), text=True, check=True)

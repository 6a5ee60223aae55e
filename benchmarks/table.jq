# Rows {name, value, unit, share_of_peak, limit} as a table for people.

def padded($width): . + " " * ([$width - length, 0] | max);
def digits3:
    if . == 0 then "0"
    else
        (. | fabs | log10 | floor) as $magnitude
        | pow(10; $magnitude - 2) as $last
        | ((. / $last) | round) * $last
        | if $magnitude >= 2 then round else (. * 1e6 | round) / 1e6 end
        | tostring
    end;
def human:
    if . >= 1e12 then (. / 1e12 | digits3) + " T" elif . >= 1e9 then (. / 1e9 | digits3) + " G"
    elif . >= 1e6 then (. / 1e6 | digits3) + " M" elif . >= 1e4 then (. / 1e3 | digits3) + " k"
    else digits3 + " " end;
def cells:
    [ .name,
      (.value | human) + .unit,
      (if .share_of_peak then (.share_of_peak * 1000 | round / 10 | tostring) + " %" else "" end),
      (if .limit then (.limit | human) + .unit else "" end) ];

[["benchmark", "median", "of peak", "limit"]] + map(cells)
| (transpose | map(map(length) | max)) as $widths
| .[] | [., $widths] | transpose | map(. as [$text, $width] | $text | padded($width)) | join("  ") | sub(" +$"; "")

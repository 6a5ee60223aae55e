# Google Benchmark's JSON to rows {name, value, unit, share_of_peak}.
#
# A benchmark tells its figure by a counter that is named by its unit ("MAC/s", "B/s", "images/s"), or by the counter
# "rate" with the unit as its label; without either, the figure is the time. The counter "share_of_peak" is taken over.

def figure:
    (to_entries | map(select(.key | endswith("/s"))) | first) as $counter
    | if $counter then { value: $counter.value, unit: $counter.key }
      elif .rate then { value: .rate, unit: (.label // "1/s") }
      elif .items_per_second then { value: .items_per_second, unit: "items/s" }
      elif .bytes_per_second then { value: .bytes_per_second, unit: "B/s" }
      else { value: .real_time, unit: .time_unit }
      end;

(.benchmarks | map(select(.error_occurred) | "\(.name): \(.error_message)")) as $errors
| if $errors != [] then error($errors | join("\n")) else . end
| .benchmarks
| map(select(.aggregate_name == "median")
    | { name: (.run_name | sub("/real_time$"; "")) } + figure + { share_of_peak: (.share_of_peak // null) })

// Line plots and bar charts as PNG or SVG, drawn by gnuplot.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/finite.hpp"
#include "intaglio/host/text.hpp"
#include "intaglio/io/atomic_file.hpp"
#include "intaglio/report/gnuplot.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// One curve: points (x[i], y[i]), joined in their order. A NaN in y interrupts the line.
struct Series {
    std::string label;  ///< in the legend; may be empty
    std::vector<double> x;
    std::vector<double> y;
    bool dashed = false;  ///< a line to compare with: grey and dashed, without marks
};

/// A plot of curves over one x axis.
struct Plot {
    std::string title;
    std::string x_label;
    std::string y_label;
    std::vector<Series> series;
    bool log_y = false;                  ///< logarithmic y axis; values that are not positive are left out
    std::vector<std::string> x_names{};  ///< of x = 0, 1, 2, ..., in place of the numbers; empty: numbers
};

/// The bars of one colour: values[i] belongs to the name i of the chart.
struct Bars {
    std::string label;  ///< in the legend; may be empty
    std::vector<double> values;
};

namespace report_detail {

inline constexpr std::array<const char*, 8> plot_colors{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                        "#e69f00", "#56b4e9", "#7f7f7f", "#000000"};

inline std::string plot_color(std::size_t index) {
    return joined({"'", plot_colors[index % plot_colors.size()], "'"});
}

/// A value above a bar: four digits, but whole numbers up to a million in full (48212, not 4.821e+04).
inline std::string short_number(double value) {
    constexpr double whole_from = 1e3;
    constexpr double whole_below = 1e6;
    const double size = std::fabs(value);
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), size >= whole_from && size < whole_below ? "%.0f" : "%.4g", value);
    return text.data();
}

/// Everything that plots and charts share: terminal, fonts, frame, grid, title. "noenhanced" because in enhanced text
/// gnuplot takes _ ^ { } @ as markup.
inline std::string plot_preamble(const std::filesystem::path& path, std::string_view title, std::string_view y_label) {
    const auto ending = path.extension().string();
    std::string script;
    if (ending == ".png") {
        script = "set terminal pngcairo noenhanced size 1200,750 font 'DejaVu Sans,15' background '#ffffff'\n";
    } else if (ending == ".svg") {
        script =
            "set terminal svg noenhanced size 960,600 font 'DejaVu Sans,Verdana,sans-serif,14' "
            "background '#ffffff'\n";
    } else {
        throw std::invalid_argument(joined({"plot ", path.string(), ": the file name must end with .png or .svg"}));
    }
    script += "set encoding utf8\n";
    script += joined({"set title ", gnuplot_quoted(title), " offset 0,0.3\n"});
    script += joined({"set ylabel ", gnuplot_quoted(y_label), "\n"});
    script += "set border 3 linecolor '#404040'\nset tics nomirror out\n";
    script += "set grid x y linetype 1 linewidth 1 linecolor rgb '#dcdcdc'\n";
    script += "set key outside below center horizontal Left reverse samplen 2 height 0.8\n";
    return script;
}

/// The command that writes `names` at 0, 1, 2, ... of the x axis, aslant if they do not fit in one row.
inline std::string named_tics(const std::vector<std::string>& names) {
    constexpr std::size_t letters_in_a_row = 90;
    std::size_t letters = 0;
    std::string tics;
    for (std::size_t name = 0; name < names.size(); ++name) {
        letters += names[name].size() + 2;
        tics += joined({(name == 0 ? "" : ", "), gnuplot_quoted(names[name]), " ", name});
    }
    return joined({"set xtics ", (letters > letters_in_a_row ? "rotate by -35 " : ""), "(", tics, ")\n"});
}

inline void write_picture(const std::string& script, const std::filesystem::path& path) {
    const auto picture = run_gnuplot(script);
    if (picture.empty()) throw_file_error(path, "gnuplot drew nothing");
    write_file_atomically(path, std::span<const std::uint8_t>(picture));
}

}  // namespace report_detail

namespace report_detail {

/// Whether an axis of few whole numbers, such as epochs, should have a tic at each of them and nowhere between.
inline bool has_whole_tics(const std::vector<Series>& series) {
    constexpr double few = 12;
    double lowest = INFINITY;
    double highest = -INFINITY;
    for (const Series& one : series) {
        for (const double x : one.x) {
            if (x != std::floor(x)) return false;
            lowest = std::fmin(lowest, x);
            highest = std::fmax(highest, x);
        }
    }
    return highest - lowest <= few;
}

}  // namespace report_detail

/// Draws curves to `path`, which ends with .png or .svg. Points are marked where they are few.
/// Errors: std::invalid_argument when the ending is another one, x and y of a series differ in length, or there is no
/// point to draw; std::runtime_error when gnuplot is missing (names the package) or the file cannot be written.
inline void write_plot(const Plot& plot, const std::filesystem::path& path) {
    std::string script = report_detail::plot_preamble(path, plot.title, plot.y_label);
    script += joined({"set xlabel ", gnuplot_quoted(plot.x_label), "\n"});
    // Format %g: with the default, gnuplot 5.4 writes 1x10^{-2} with visible braces when enhanced text is off.
    if (plot.log_y) script += "set logscale y\nset format y '%g'\n";
    if (!plot.x_names.empty()) {
        script += report_detail::named_tics(plot.x_names);
        script += joined({"set xrange [-0.3:", gnuplot_number(static_cast<double>(plot.x_names.size()) - 0.7), "]\n"});
    } else if (report_detail::has_whole_tics(plot.series)) {
        script += "set xtics 1\n";
    }
    std::string curves;
    for (std::size_t index = 0; index < plot.series.size(); ++index) {
        const auto& series = plot.series[index];
        if (series.x.size() != series.y.size()) {
            throw std::invalid_argument(joined({"plot ", path.string(), ": series '", series.label, "' has ",
                                                series.x.size(), " x and ", series.y.size(), " y values"}));
        }
        std::string points;
        bool drawable = false;
        for (std::size_t point = 0; point < series.x.size(); ++point) {
            const bool good = train::is_finite(series.x[point]) && train::is_finite(series.y[point]) &&
                              !(plot.log_y && series.y[point] <= 0);
            // An empty line interrupts the curve.
            points +=
                good ? joined({gnuplot_number(series.x[point]), " ", gnuplot_number(series.y[point]), "\n"}) : "\n";
            drawable = drawable || good;
        }
        if (!drawable) continue;
        const std::string block = joined({"$series", index});
        script += joined({block, " << END_OF_SERIES\n", points, "END_OF_SERIES\n"});
        constexpr std::size_t few_points = 40;
        const bool marked = series.x.size() <= few_points && !series.dashed;
        curves +=
            joined({(curves.empty() ? "" : ", "), block, " using 1:2 with ",
                    (marked ? "linespoints pointtype 7 pointsize 0.7" : "lines"),
                    (series.dashed ? " dashtype 2 linewidth 2 linecolor rgb '#404040'"
                                   : joined({" linewidth 2.5 linecolor rgb ", report_detail::plot_color(index)}))});
        curves += series.label.empty() ? " notitle" : joined({" title ", gnuplot_quoted(series.label)});
    }
    if (curves.empty()) throw std::invalid_argument(joined({"plot ", path.string(), ": there is no point to draw"}));
    report_detail::write_picture(joined({script, "plot ", curves, "\n"}), path);
}

/// Draws a bar chart: at each of `names`, one bar of each of `groups`, with its value above where there is room. The
/// axis includes 0. Errors: std::invalid_argument when there is no bar, a group has another number of values than there
/// are names, or a value is not finite; otherwise as write_plot.
inline void write_bars(const std::string& title, const std::string& y_label, const std::vector<std::string>& names,
                       const std::vector<Bars>& groups, const std::filesystem::path& path) {
    std::string script = report_detail::plot_preamble(path, title, y_label);
    const std::string complaint = joined({"bar chart ", path.string(), ": "});
    if (names.empty() || groups.empty()) throw std::invalid_argument(joined({complaint, "there is no bar to draw"}));

    constexpr double group_width = 0.8;
    const double bar_width = group_width / static_cast<double>(groups.size());
    const std::size_t bar_count = names.size() * groups.size();
    std::size_t longest_value = 0;
    double lowest = 0;
    double highest = 0;
    std::string bars;
    std::string value_texts;
    for (std::size_t index = 0; index < groups.size(); ++index) {
        const auto& group = groups[index];
        if (group.values.size() != names.size()) {
            throw std::invalid_argument(joined(
                {complaint, "'", group.label, "' has ", group.values.size(), " values for ", names.size(), " names"}));
        }
        const std::string block = joined({"$bars", index});
        script += joined({block, " << END_OF_BARS\n"});
        const double shift = (static_cast<double>(index) + 0.5) * bar_width - group_width / 2;
        for (std::size_t name = 0; name < names.size(); ++name) {
            const double value = group.values[name];
            if (!train::is_finite(value)) {
                throw std::invalid_argument(joined({complaint, "the value of '", names[name], "' is not finite"}));
            }
            lowest = std::min(lowest, value);
            highest = std::max(highest, value);
            const std::string center = gnuplot_number(static_cast<double>(name) + shift);
            script += joined({center, " ", gnuplot_number(value), "\n"});
            const auto text = report_detail::short_number(value);
            longest_value = std::max(longest_value, text.size());
            value_texts += joined({"set label ", gnuplot_quoted(text), " at ", center, ",", gnuplot_number(value),
                                   " center offset 0,", (value < 0 ? "-0.6" : "0.6"), " font ',12'\n"});
        }
        script += "END_OF_BARS\n";
        bars += joined({(bars.empty() ? "" : ", "), block, " using 1:2 with boxes linecolor rgb ",
                        report_detail::plot_color(index),
                        (group.label.empty() ? " notitle" : joined({" title ", gnuplot_quoted(group.label)}))});
    }
    // Above narrow bars the values would run into each other and into the neighbours.
    constexpr std::size_t value_letters_in_a_row = 90;
    if (bar_count * longest_value <= value_letters_in_a_row) script += value_texts;

    script += report_detail::named_tics(names);
    // Room above and below for the texts; bars that all are 0 still need an axis.
    const double margin = highest > lowest ? 0.08 * (highest - lowest) : 1;
    script += joined({"set yrange [", (lowest < 0 ? gnuplot_number(lowest - margin) : "0"), ":",
                      gnuplot_number(highest + margin), "]\n"});
    script += joined({"set xrange [-0.6:", gnuplot_number(static_cast<double>(names.size()) - 0.4), "]\n"});
    script +=
        "set grid noxtics\nset style fill solid 0.9 noborder\nset xzeroaxis linetype 1 linewidth 1 linecolor rgb "
        "'#404040'\n";
    script += joined({"set boxwidth ", gnuplot_number(0.92 * bar_width), "\n"});
    report_detail::write_picture(joined({script, "plot ", bars, "\n"}), path);
}

/// The same with one bar at each name, without a legend.
inline void write_bars(const std::string& title, const std::string& y_label, const std::vector<std::string>& names,
                       const std::vector<double>& values, const std::filesystem::path& path) {
    write_bars(title, y_label, names, std::vector<Bars>{{std::string(), values}}, path);
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET

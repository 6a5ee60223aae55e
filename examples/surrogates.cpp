// Every surrogate gradient beneath the step functions that it stands for. With a folder as its argument the program
// writes there the curves (one text file for each step function) and, through gnuplot, the picture surrogates.png.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <intaglio/intaglio.hpp>
#include <intaglio/io/atomic_file.hpp>
#include <intaglio/report/gnuplot.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

using namespace intaglio;
using train::Staircase;

namespace {

struct Steps {
    std::string title;
    std::string file;
    Staircase staircase;
};

Steps states(int count) {
    return {std::to_string(count) + " states", "states_" + std::to_string(count), {0, count - 1, count - 1}};
}

struct Curves {
    std::string name;
    std::vector<std::vector<double>> y;  ///< for each step function
    double largest_area_error = 0;       ///< relative to the height of the staircase
};

/// A surrogate's row of the picture: its name, and where it has a parameter the usual value and a third of the width.
struct Surrogates {
    std::string name;
    std::string usual;
    std::string other;
    std::vector<Curves> curves;
};

constexpr int points = 440;

std::string color_of(std::size_t curve) {
    return curve == 0 ? "'#0072b2'" : "'#d55e00'";
}

double left_end(const Staircase& s) {
    return s.lowest_value() - 0.6 * (s.highest_value() - s.lowest_value());
}
double spacing(const Staircase& s) {
    return 2.2 * (s.highest_value() - s.lowest_value()) / points;
}
double point(const Staircase& s, int i) {
    return left_end(s) + spacing(s) * i;
}

template <class Surrogate>
Curves curves(const std::vector<Steps>& steps) {
    Curves result{Surrogate::name, {}};
    for (const Steps& step : steps) {
        const Staircase& s = step.staircase;
        const train::SurrogateGradient<Surrogate> derivative(s);
        std::vector<double>& y = result.y.emplace_back();
        for (int i = 0; i <= points; ++i) y.push_back(derivative(point(s, i)));

        constexpr double tail = 60;
        constexpr double h = 1.0 / 1024;
        double area = 0;
        for (double x = s.lowest_value() - tail + h / 2; x < s.highest_value() + tail; x += h) {
            area += derivative(x) * h;
        }
        const double height = s.highest_value() - s.lowest_value();
        result.largest_area_error = std::fmax(result.largest_area_error, std::fabs(area / height - 1));
    }
    return result;
}

std::vector<double> step_function(const Staircase& s) {
    std::vector<double> y;
    for (int i = 0; i <= points; ++i) {
        double value = s.lowest_value();
        for (std::int64_t m = 0; m < s.levels(); ++m) value += point(s, i) >= s.threshold(m) ? s.rise() : 0.0;
        y.push_back(value);
    }
    return y;
}

void write_curves(const Steps& steps, const std::vector<Surrogates>& rows, std::size_t column,
                  const std::filesystem::path& folder) {
    const std::vector<double> staircase = step_function(steps.staircase);
    std::string text = "# value; step function";
    for (const auto& row : rows) {
        for (const Curves& one : row.curves) text += "; " + one.name;
    }
    text += '\n';
    const auto append = [&text](double number) {
        char digits[32];
        std::snprintf(digits, sizeof digits, "%.7g ", number);
        text += digits;
    };
    for (int i = 0; i <= points; ++i) {
        append(point(steps.staircase, i));
        append(staircase[static_cast<std::size_t>(i)]);
        for (const auto& row : rows) {
            for (const Curves& one : row.curves) append(one.y[column][static_cast<std::size_t>(i)]);
        }
        text.back() = '\n';
    }
    write_file_atomically(folder / (steps.file + ".txt"), text);
}

/// One panel of the picture: curves over the values of a step function, the first one above a filled area.
class Picture {
  public:
    Picture(std::size_t rows, std::size_t columns) : rows_(rows), columns_(columns) {
        script_ = "set terminal pngcairo noenhanced size 1400," + std::to_string(110 + 165 * rows) +
                  " font 'DejaVu Sans,14' background '#ffffff'\nset encoding utf8\n"
                  "set border 3 linecolor '#606060'\nset tics nomirror out scale 0.5 font ',11'\nunset key\n"
                  "set style fill transparent solid 0.18 noborder\nset multiplot\n";
    }

    void panel(std::size_t row, std::size_t column, const Staircase& s, const std::string& title,
               const Surrogates& name, const std::vector<std::vector<double>>& ys) {
        const auto place = [](double from, double size, std::size_t i, std::size_t n) {
            return from + size * static_cast<double>(i) / static_cast<double>(n);
        };
        const double left = place(0.165, 0.83, column, columns_);
        const double right = place(0.165, 0.83, column + 1, columns_) - 0.032;
        const double top = place(0.965, -0.945, row, rows_) - 0.006;
        const double bottom = place(0.965, -0.945, row + 1, rows_) + 0.03;
        double lowest = 0;
        double highest = 0;
        for (const auto& y : ys) {
            for (const double v : y) {
                lowest = std::fmin(lowest, v);
                highest = std::fmax(highest, v);
            }
        }
        const double room = 0.08 * (highest - lowest);
        script_ += "unset label\nunset arrow\n";
        margins(left, right, top, bottom);
        if (row == 0) label(title, (left + right) / 2, 0.985, "center font ',16'");
        if (column == 0) row_labels(name, (top + bottom) / 2);
        for (std::int64_t m = 0; m < s.levels(); ++m) {
            const std::string b = gnuplot_number(s.threshold(m));
            script_ += "set arrow from " + b + ",graph 0 to " + b +
                       ",graph 1 nohead back linewidth 0.8 dashtype 3 linecolor '#707070'\n";
        }
        script_ += "set xrange [" + gnuplot_number(point(s, 0)) + ":" + gnuplot_number(point(s, points)) +
                   "]\nset yrange [" + gnuplot_number(lowest < 0 ? lowest - room : 0) + ":" +
                   gnuplot_number(highest + room) + "]\nset xtics " + (s.levels() > 1 || s.lowest == 0 ? "0.5" : "1") +
                   "\nset ytics " + tics(highest - lowest) + "\nset xzeroaxis linetype 1 linecolor '#c0c0c0'\n";
        std::string plots;
        for (std::size_t k = 0; k < ys.size(); ++k) {
            const std::string block = "$curve" + std::to_string(block_++);
            script_ += block + " << END_OF_CURVE\n";
            for (int i = 0; i <= points; ++i) {
                char line[64];
                std::snprintf(line, sizeof line, "%.5g %.5g\n", point(s, i), ys[k][static_cast<std::size_t>(i)]);
                script_ += line;
            }
            script_ += "END_OF_CURVE\n";
            const std::string color = row == 0 ? "'#404040'" : color_of(k);
            if (k == 0 && row > 0) plots += block + " with filledcurves y=0 linecolor rgb " + color + ", ";
            plots += block + " with lines linewidth " + (k == 0 ? "1.8" : "1.1") + " linecolor rgb " + color + ", ";
        }
        script_ += "plot " + plots.substr(0, plots.size() - 2) + "\n";
    }

    void write(const std::filesystem::path& path) const {
        const auto picture = run_gnuplot(script_ + "unset multiplot\n");
        write_file_atomically(path, std::span<const std::uint8_t>(picture));
    }

  private:
    void margins(double left, double right, double top, double bottom) {
        script_ += "set lmargin at screen " + gnuplot_number(left) + "\nset rmargin at screen " +
                   gnuplot_number(right) + "\nset tmargin at screen " + gnuplot_number(top) +
                   "\nset bmargin at screen " + gnuplot_number(bottom) + "\n";
    }
    void label(const std::string& text, double x, double y, const std::string& how) {
        script_ += "set label " + gnuplot_quoted(text) + " at screen " + gnuplot_number(x) + "," + gnuplot_number(y) +
                   " " + how + "\n";
    }
    void row_labels(const Surrogates& name, double y) {
        const double line = 0.0155;
        const int lines = 1 + int{!name.usual.empty()} + int{!name.other.empty()};
        y += line * (lines - 1) / 2;
        label(name.name, 0.012, y, "left");
        label(name.usual, 0.012, y - line, "left textcolor rgb " + color_of(0));
        label(name.other, 0.012, y - 2 * line, "left textcolor rgb " + color_of(1));
    }
    /// About three tics at round numbers.
    static std::string tics(double range) {
        double tic = std::pow(10.0, std::floor(std::log10(range)));
        if (range / tic < 1.5) return gnuplot_number(tic / 2);
        while (range / tic > 3.5) tic *= 2;
        return gnuplot_number(tic);
    }

    std::size_t rows_;
    std::size_t columns_;
    std::size_t block_ = 0;
    std::string script_;
};

}  // namespace

int main(int argument_count, char** arguments) try {
    // Values (lowest + m * step) / denominator: 0 ... 1 for activations, -1 and 1 for a sign.
    const std::vector<Steps> steps{states(2), states(4), states(8), {"sign", "sign", {-1, 1, 1, 2}}};
    const std::vector<Surrogates> rows{
        {"sigmoid sum",
         "alpha 0.25",
         "alpha 0.08",
         {curves<SigmoidSum<>>(steps), curves<SigmoidSum<Alpha{0.08}>>(steps)}},
        {"SwishSign", "beta 5", "beta 15", {curves<SwishSign<>>(steps), curves<SwishSign<Beta{15}>>(steps)}},
        {"arc tangent", "width 1", "width 0.3", {curves<ArcTan<>>(steps), curves<ArcTan<Width{0.3}>>(steps)}},
        {"rectangle", "width 1", "width 0.3", {curves<Rectangle<>>(steps), curves<Rectangle<Width{0.3}>>(steps)}},
        {"triangle", "width 2", "width 0.6", {curves<Triangle<>>(steps), curves<Triangle<Width{0.6}>>(steps)}},
        {"straight-through", "", "", {curves<StraightThrough>(steps)}},
        {"straight-through,", "unclipped", "", {curves<UnclippedStraightThrough>(steps)}},
    };

    // The area under a surrogate is the height of the staircase; an arc tangent has a part of it beyond the sum's ends.
    bool good = true;
    for (const auto& row : rows) {
        for (const Curves& one : row.curves) {
            const bool unlimited = one.name == UnclippedStraightThrough::name;
            std::printf("%-28s", one.name.c_str());
            if (unlimited) {
                std::printf(" unlimited area\n");
            } else {
                std::printf(" area off by at most %.2f %%\n", 100 * one.largest_area_error);
                good = good && one.largest_area_error < 0.01;
            }
        }
    }

    if (argument_count > 1) {
        const std::filesystem::path folder = arguments[1];
        std::filesystem::create_directories(folder);
        Picture picture(rows.size() + 1, steps.size());
        for (std::size_t column = 0; column < steps.size(); ++column) {
            const Staircase& s = steps[column].staircase;
            write_curves(steps[column], rows, column, folder);
            picture.panel(0, column, s, steps[column].title, {"step function", "", "", {}}, {step_function(s)});
            for (std::size_t row = 0; row < rows.size(); ++row) {
                std::vector<std::vector<double>> ys;
                for (const Curves& one : rows[row].curves) ys.push_back(one.y[column]);
                picture.panel(row + 1, column, s, "", rows[row], ys);
            }
        }
        if (gnuplot_available()) {
            picture.write(folder / "surrogates.png");
        } else {
            std::printf("gnuplot is missing: no picture\n");
        }
        std::printf("written to %s\n", folder.string().c_str());
    }
    return good ? 0 : 1;
} catch (const std::exception& problem) {
    std::fprintf(stderr, "surrogates: %s\n", problem.what());
    return 1;
}

// What people see: progress, tables, plots, JSON.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <intaglio/report/gnuplot.hpp>
#include <intaglio/report/json.hpp>
#include <intaglio/report/plot.hpp>
#include <intaglio/report/progress.hpp>
#include <intaglio/report/table.hpp>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "data_files/temporary_folder.hpp"

namespace report_test {

using namespace intaglio;
using namespace test_files;

namespace {

std::string text_of(const std::filesystem::path& path) {
    const auto bytes = load(path);
    return std::string(bytes.begin(), bytes.end());
}

bool is_png(const std::filesystem::path& path) {
    return text_of(path).starts_with("\x89PNG\r\n\x1a\n");
}

bool is_svg(const std::filesystem::path& path) {
    const auto text = text_of(path);
    return text.starts_with("<?xml") && contains(text, "<svg") && contains(text, "</svg>");
}

}  // namespace

TEST_CASE("progress: plain lines, one for each epoch") {
    std::ostringstream out;
    Progress progress(out, {2, 10}, ProgressStyle::automatic, 100.0);
    for (int epoch = 0; epoch < 2; ++epoch) {
        const double start = 100.0 + 20.0 * epoch;
        progress.begin_epoch(start);
        for (int batch = 1; batch <= 10; ++batch) progress.update({batch, batch * 64, 1.0, 0.5}, start + batch);
        progress.end_epoch({10, 640, 0.25 / (epoch + 1), 0.875}, epoch == 1 ? "test 90.00 %" : "", start + 10.0);
    }
    CHECK(out.str() ==
          "epoch 1/2  loss 0.2500  acc 87.50 %  64 img/s  10.0 s  0:10 left\n"
          "epoch 2/2  loss 0.1250  acc 87.50 %  64 img/s  10.0 s  test 90.00 %\n");
}

TEST_CASE("progress: the end of the live line on a stream that throws does not end the program") {
    class Disk : public std::stringbuf {
      public:
        bool full = false;

      protected:
        std::streamsize xsputn(const char* text, std::streamsize length) override {
            return full ? 0 : std::stringbuf::xsputn(text, length);
        }
    };
    Disk disk;
    std::ostream out(&disk);
    out.exceptions(std::ios::badbit);
    {
        Progress progress(out, {1, 2}, ProgressStyle::live, 0.0);
        progress.begin_epoch(0.0);
        progress.update({1, 10, 0.5, 0.5}, 1.0);
        REQUIRE_FALSE(disk.str().empty());
        disk.full = true;
        CHECK_THROWS_AS(progress.update({2, 20, 0.5, 0.5}, 2.0), std::ios::failure);
    }
    CHECK(out.bad());
    CHECK(disk.str().back() != '\n');
}

TEST_CASE("progress: one line rewritten in place, ten times a second at most") {
    std::ostringstream out;
    {
        Progress progress(out, {12, 200}, ProgressStyle::live, 0.0);
        progress.begin_epoch(0.0);
        progress.update({1, 64, 2.5, 0.1}, 0.5);
        progress.update({2, 128, 2.5, 0.1}, 0.55);  // too early
        progress.update({100, 6400, 12.5, 0.25}, 50.0);
        progress.end_epoch({200, 12800, 0.5, 0.75}, "", 100.0);
        progress.begin_epoch(110.0);
        progress.update({200, 12800, 0.5, 1.0}, 210.0);
    }
    CHECK(out.str() ==
          "\repoch  1/12 [........]   1/200  loss 2.5000  acc 10.00 %  128 img/s  20:00 left"
          "\repoch  1/12 [###....] 100/200  loss 12.5000  acc 25.00 %  128 img/s  19:10 left"
          "\repoch  1/12  loss 0.5000  acc 75.00 %  128 img/s  100.0 s  18:20 left          \n"
          "\repoch  2/12 [#######] 200/200  loss 0.5000  acc 100.00 %  128 img/s  17:30 left\n");
}

TEST_CASE("progress: narrow, wide, silent and odd") {
    const auto shown = [](std::size_t columns, ProgressPoint point) {
        std::ostringstream out;
        Progress progress(out, {100000, 100000}, ProgressStyle::live, 0.0, columns);
        progress.update(point, 1.0);
        const auto text = out.str();
        return text.substr(1);
    };
    constexpr double infinite = std::numeric_limits<double>::infinity();
    for (const std::size_t columns : {0u, 20u, 50u, 80u, 120u, 5000u}) {
        for (const double number : {0.5, 1e300, -1e300, infinite, std::nan("")}) {
            const auto text = shown(columns, {50, 9, number, number});
            CHECK(text.size() < std::max<std::size_t>(columns, 20));
            CHECK(text.size() < 200);
        }
        CHECK(shown(columns, {1 << 30, -5, 0, 0}).size() < std::max<std::size_t>(columns, 20));
    }
    CHECK(contains(shown(120, {1, 64, 1.0, 0.5}), "99:59:59 left"));

    std::ostringstream out;
    {
        Progress progress(out, {2, 2}, ProgressStyle::silent);
        progress.begin_epoch();
        progress.update({1, 1, 1.0, 0.5});
        progress.end_epoch({2, 2, 1.0, 0.5}, "note");
    }
    CHECK(out.str().empty());

    // Resumed: epochs go on counting, and the time left comes from this run alone.
    Progress resumed(out, {10, 4, 8}, ProgressStyle::plain, 0.0);
    resumed.begin_epoch(0.0);
    resumed.end_epoch({4, 8, 1.0, 0.5}, std::string(1000, 'n'), 60.0);
    CHECK(contains(out.str(), "epoch  9/10  loss 1.0000  acc 50.00 %  0 img/s  60.0 s  1:00 left  nnn"));
    CHECK(out.str().size() < 300);

    CHECK_THROWS_AS(Progress(out, {0, 1}), std::invalid_argument);
    CHECK_THROWS_AS(Progress(out, {1, 0}), std::invalid_argument);
    CHECK_THROWS_AS(Progress(out, {1, 1, 2}), std::invalid_argument);
    CHECK_THROWS_AS(Progress(out, {1, 1, -1}), std::invalid_argument);
}

TEST_CASE("progress: a file is no terminal, a pseudo terminal is one") {
    const TemporaryFolder folder;
    const auto run = [](std::FILE* file) {
        Progress progress(file, {1, 2}, ProgressStyle::automatic, 0.0);
        progress.update({1, 10, 1.0, 0.5}, 1.0);
        progress.end_epoch({2, 20, 1.0, 0.5}, "", 2.0);
    };
    std::FILE* file = std::fopen((folder / "log").c_str(), "w");
    REQUIRE(file != nullptr);
    run(file);
    std::fclose(file);
    CHECK(text_of(folder / "log") == "epoch 1/1  loss 1.0000  acc 50.00 %  10 img/s  2.0 s\n");

    const int master = ::posix_openpt(O_RDWR | O_NOCTTY);
    const bool open = master >= 0 && ::grantpt(master) == 0 && ::unlockpt(master) == 0;
    std::FILE* terminal = open ? std::fopen(::ptsname(master), "r+") : nullptr;
    REQUIRE_MESSAGE(terminal != nullptr, "no pseudo terminal, which this test needs: ", std::strerror(errno));
    winsize size{};
    size.ws_col = 100;
    ::ioctl(::fileno(terminal), TIOCSWINSZ, &size);
    run(terminal);
    // What was written may arrive in parts; the only line end is the last thing to come.
    std::string seen;
    while (!contains(seen, "\n")) {
        std::array<char, 1000> buffer{};
        const auto count = ::read(master, buffer.data(), buffer.size());
        if (count <= 0) break;
        seen.append(buffer.data(), static_cast<std::size_t>(count));
    }
    std::fclose(terminal);
    ::close(master);
    CHECK(seen.starts_with("\repoch 1/1 [###############...............] 1/2  loss 1.0000  acc 50.00 %  10 img/s"));
    CHECK(seen.ends_with("\r\n"));
}

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
TEST_CASE("progress: update takes no memory") {
    std::FILE* nowhere = std::fopen("/dev/null", "w");
    REQUIRE(nowhere != nullptr);
    std::setvbuf(nowhere, nullptr, _IONBF, 0);
    {
        Progress progress(nowhere, {10, 1000}, ProgressStyle::live, 0.0);
        const auto before = ::mallinfo2();
        for (int batch = 1; batch <= 1000; ++batch) progress.update({batch, batch, 1.0, 0.5}, batch);
        const auto after = ::mallinfo2();
        CHECK(before.uordblks == after.uordblks);
    }
    std::fclose(nowhere);
}
#endif

TEST_CASE("table: aligned text and Markdown") {
    Table table({{"layer"}, {"MACs", Align::right}, {"\u00b5s", Align::right}, {"note"}});
    table.add_row({"conv 3x3", grouped(1234567), fixed(3.14159, 2), ""});
    table.add_row({"a|b\n", "12", "10", "x"});
    table.add_rule();
    table.add_row({"sum", grouped(-12345), "13", "all"});
    std::ostringstream text;
    table.print(text);
    CHECK(text.str() ==
          "layer          MACs    \u00b5s  note\n"
          "-------------------------------\n"
          "conv 3x3  1 234 567  3.14\n"
          "a|b              12    10  x\n"
          "-------------------------------\n"
          "sum         -12 345    13  all\n");
    std::ostringstream markdown;
    table.print_markdown(markdown);
    CHECK(markdown.str() ==
          "| layer    |      MACs |   \u00b5s | note |\n"
          "| -------- | --------: | ---: | ---- |\n"
          "| conv 3x3 | 1 234 567 | 3.14 |      |\n"
          "| a\\|b     |        12 |   10 | x    |\n"
          "| sum      |   -12 345 |   13 | all  |\n");
    CHECK_THROWS_AS(table.add_row({"only one"}), std::invalid_argument);
    CHECK_THROWS_AS(table.add_row({}), std::invalid_argument);
    CHECK_THROWS_AS(Table({}), std::invalid_argument);
}

TEST_CASE("numbers as text") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(-999) == "-999");
    CHECK(grouped(1234) == "1234");
    CHECK(grouped(12345, thin_space) == "12\u202f345");
    CHECK(grouped(std::numeric_limits<std::int64_t>::min(), ",") == "-9,223,372,036,854,775,808");
    CHECK(fixed(91.347, 2) == "91.35");
    CHECK(fixed(-0.5, 0) == "-0");
    CHECK(fixed(1e300, 1).size() == 303);
    CHECK(fixed(std::nan(""), 2).find("nan") != std::string::npos);
}

TEST_CASE("plots: pictures are made, and texts stay texts") {
    const TemporaryFolder folder;
    const auto trap = (folder / "trap").string();
    Plot plot;
    plot.title = "`touch " + trap + "` \"'\\ AVX-512 2.5 %";
    plot.x_label = "'; system('touch " + trap + "'); '";
    plot.y_label = "\"; system(\"touch " + trap + "\"); \"";
    plot.series = {{"x\nsystem('touch " + trap + "')", {1, 2, 3}, {1, 0, 4}},
                   {"END_OF_SERIES", {1, 2}, {std::nan(""), 5}},
                   {"", {1, 2}, {2, 2}},
                   {"empty", {}, {}}};
    for (const bool logarithmic : {false, true}) {
        plot.log_y = logarithmic;
        write_plot(plot, folder / "plot.png");
        CHECK(is_png(folder / "plot.png"));
        write_plot(plot, folder / "plot.svg");
        CHECK(is_svg(folder / "plot.svg"));
    }
    const auto svg = text_of(folder / "plot.svg");
    CHECK(contains(svg, "AVX-512 2.5 %"));
    CHECK(contains(svg, "`touch "));
    CHECK_FALSE(std::filesystem::exists(trap));
    CHECK(folder.entries() == 2);

    std::vector<std::string> names{"portable", "AVX2 'x'", "AVX-512 `touch " + trap + "`"};
    write_bars("Images per second", "images/s", names, std::vector<double>{0, 25000, 48211.5}, folder / "bars.svg");
    CHECK(is_svg(folder / "bars.svg"));
    const auto bars = text_of(folder / "bars.svg");
    CHECK(contains(bars, ">48212<"));
    CHECK(contains(bars, "AVX-512 `touch"));
    write_bars("Both", "%", names, {{"first", {-1, 0, 1}}, {"second", {2, 3, 4.5}}}, folder / "it's \"a\" `b` $c.png");
    CHECK(is_png(folder / "it's \"a\" `b` $c.png"));
    write_bars("Zeros", "", names, std::vector<double>(3, 0.0), folder / "zeros.png");
    CHECK(is_png(folder / "zeros.png"));
    CHECK_FALSE(std::filesystem::exists(trap));
}

TEST_CASE("plots: what cannot be drawn") {
    const TemporaryFolder folder;
    const Plot good{"", "", "", {{"s", {1}, {2}}}, false};
    const auto complaint = [](const Plot& plot, const std::filesystem::path& path) {
        return message_of<std::invalid_argument>([&] { write_plot(plot, path); });
    };
    CHECK(contains(complaint(good, folder / "a.pdf"), "must end with .png or .svg"));
    CHECK(contains(complaint(good, folder / "png"), "must end with .png or .svg"));
    auto plot = good;
    plot.series[0].x.push_back(1);
    CHECK(contains(complaint(plot, folder / "a.png"), "series 's' has 2 x and 1 y values"));
    plot.series.clear();
    CHECK(contains(complaint(plot, folder / "a.png"), "no point"));
    plot.series = {{"s", {1}, {-1}}};
    plot.log_y = true;
    CHECK(contains(complaint(plot, folder / "a.png"), "no point"));

    const auto bars_complaint = [&](const std::vector<std::string>& names, const std::vector<Bars>& bars) {
        return message_of<std::invalid_argument>([&] { write_bars("", "", names, bars, folder / "a.png"); });
    };
    CHECK(contains(bars_complaint({}, {{"x", {}}}), "no bar"));
    CHECK(contains(bars_complaint({"a"}, {}), "no bar"));
    CHECK(contains(bars_complaint({"a"}, {{"x", {1, 2}}}), "'x' has 2 values for 1 names"));
    CHECK(contains(bars_complaint({"a"}, {{"x", {std::nan("")}}}), "'a' is not finite"));
    CHECK(folder.entries() == 0);

    CHECK_THROWS_AS(write_plot(good, folder / "none/a.png"), std::runtime_error);
    CHECK(contains(message_of<std::runtime_error>([] { (void)run_gnuplot("nonsense here\n"); }), "nonsense here"));
    CHECK(gnuplot_available());
    const Environment no_programs("PATH", folder.path().c_str());
    CHECK_FALSE(gnuplot_available());
    CHECK(contains(message_of<std::runtime_error>([&] { write_plot(good, folder / "a.png"); }), "gnuplot-nox"));
    CHECK(folder.entries() == 0);
}

TEST_CASE("JSON files") {
    const TemporaryFolder folder;
    const auto path = folder / "result.json";
    const nlohmann::json value{{"accuracy", 0.91}, {"epochs", 3}, {"loss", std::nan("")}};
    write_json(path, value);
    CHECK(text_of(path) == "{\n  \"accuracy\": 0.91,\n  \"epochs\": 3,\n  \"loss\": null\n}\n");
    CHECK(read_json(path)["epochs"] == 3);
    CHECK(contains(message_of<std::runtime_error>([&] { write_json(path, "\xff"); }), path.string()));
    CHECK(read_json(path)["epochs"] == 3);
    store(path, {'{', '"'});
    CHECK(contains(message_of<std::runtime_error>([&] { (void)read_json(path); }), path.string() + ": is not valid"));
    CHECK_THROWS_AS((void)read_json(folder / "none"), std::runtime_error);
    const auto nested = [&](std::size_t depth) {
        Bytes bytes(depth, '[');
        bytes.insert(bytes.end(), depth, ']');
        store(path, bytes);
        return message_of<std::runtime_error>([&] { (void)read_json(path); });
    };
    CHECK(nested(100) == "");
    CHECK(nested(101) == path.string() + ": is JSON nested more than 100 deep");
}

}  // namespace report_test

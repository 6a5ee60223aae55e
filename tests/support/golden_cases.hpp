// Small cases of the operators of training, computed in float64 by another framework (golden/convert.py says how the
// files were made), and the comparison with them. Their real numbers have 12 digits.
#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace golden {

struct Tensor {
    std::vector<std::size_t> shape;
    std::vector<double> data;
};

struct Case {
    std::string name;
    std::map<std::string, std::string> parameters;
    std::map<std::string, Tensor> arrays;  ///< "input x", "output y", "cotangent y", "gradient x"

    [[nodiscard]] double number(const std::string& key) const { return std::stod(parameters.at(key)); }
    [[nodiscard]] const Tensor& input(const std::string& key) const { return arrays.at("input " + key); }
    [[nodiscard]] const std::vector<double>& output() const { return arrays.at("output y").data; }
    [[nodiscard]] const std::vector<double>& cotangent() const { return arrays.at("cotangent y").data; }
    [[nodiscard]] const std::vector<double>& gradient(const std::string& key) const {
        return arrays.at("gradient " + key).data;
    }
};

/// The cases of one operator in a file of tests/golden.
inline std::vector<Case> read_cases(const std::string& name, const std::string& file_name = "training_ops.txt") {
    const std::filesystem::path file =
        std::filesystem::path(__FILE__).parent_path().parent_path() / "golden" / file_name;
    std::ifstream in(file);
    if (!in) throw std::runtime_error("cannot read " + file.string());
    std::vector<Case> cases;
    std::string word;
    Case current;
    while (in >> word) {
        if (word == "case") {
            current = {};
            in >> current.name;
        } else if (word == "parameter") {
            std::string key;
            in >> key;
            in >> current.parameters[key];
        } else if (word == "end") {
            if (current.name == name) cases.push_back(current);
        } else {
            std::string key;
            std::size_t rank = 0;
            in >> key >> rank;
            Tensor tensor{std::vector<std::size_t>(rank), {}};
            std::size_t size = 1;
            for (std::size_t& extent : tensor.shape) {
                in >> extent;
                size *= extent;
            }
            tensor.data.resize(size);
            for (double& x : tensor.data) in >> x;
            current.arrays[word + " " + key] = tensor;
        }
        if (!in) throw std::runtime_error(file.string() + " is damaged");
    }
    return cases;
}

/// Within 2e-11 of the larger of 1 and the number: the digits are off by up to 5e-12 of it.
inline void check_close(const std::vector<double>& found, const std::vector<double>& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        INFO("element " << i << ": found " << found[i] << ", expected " << expected[i]);
        CHECK(std::fabs(found[i] - expected[i]) <= 2e-11 * std::fmax(1.0, std::fabs(expected[i])));
    }
}

}  // namespace golden

#pragma once

#include <cstdio>
#include <intaglio/io/export_c.hpp>
#include <intaglio/io/export_cpp.hpp>
#include <intaglio/io/export_onnx.hpp>
#include <intaglio/io/model_file.hpp>
#include <stdexcept>

#include "exports.hpp"

template <class Net>
[[gnu::cold]] void write_exports(const intaglio::Model<Net>& model, const std::filesystem::path& folder,
                                 const NetworkSource& source, const std::map<std::string, std::string>& notes) {
    using namespace intaglio;
    save_model(model, folder / "model.safetensors", notes);
    export_c(model, folder / "network.h");
    export_cpp(model, folder / "network.hpp", {.type = source.type, .network_header = source.header});
    export_onnx(model, folder / "network.onnx", {.with_class = true});
    export_onnx(model, folder / "network.qdq.onnx", {.with_class = true, .dialect = OnnxDialect::qdq});
    try {
        export_onnx(model, folder / "network.qonnx.onnx", {.dialect = OnnxDialect::qonnx});
    } catch (const std::invalid_argument& error) {
        std::printf("no network.qonnx.onnx: %s\n", error.what());
    }
}

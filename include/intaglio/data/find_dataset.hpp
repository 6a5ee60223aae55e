// Where a data set is on this machine: the given folder, the environment, a shared folder nearby, the system.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "intaglio/core/instruction_set.hpp"
#include "intaglio/data/file_error.hpp"
#include "intaglio/host/text.hpp"

namespace intaglio::inline INTAGLIO_INSTRUCTION_SET {

/// What find_dataset looks for.
struct DatasetSearch {
    std::string name;                     ///< for the message, for example "Fashion-MNIST"
    std::string subfolder;                ///< its folder below a folder of data sets, for example "fashion-mnist"
    std::vector<std::string> files;       ///< all have to be there, each plain or with .gz or .xz
    std::filesystem::path system_folder;  ///< where a package of the distribution installs it; may be empty
    std::string advice;                   ///< how to get it, last sentence of the message
};

/// `folder`/`file`, or else `folder`/`file`.gz, or else `folder`/`file`.xz; nothing when there is none of them.
[[nodiscard]] inline std::optional<std::filesystem::path> plain_or_packed(const std::filesystem::path& folder,
                                                                          const std::string& file) {
    std::error_code ignored;
    for (const char* ending : {"", ".gz", ".xz"}) {
        auto path = folder / (file + ending);
        if (std::filesystem::is_regular_file(path, ignored)) return path;
    }
    return std::nullopt;
}

/// Folders to look at, in order. A folder that the caller names stands alone: silently taking the data from elsewhere
/// would be wrong. Otherwise: the environment variable INTAGLIO_DATA (its subfolder, or the folder itself),
/// ../shared/data/<subfolder> seen from the current folder and three of its parents, then the system's folder.
[[nodiscard]] inline std::vector<std::filesystem::path> dataset_places(const DatasetSearch& search,
                                                                       const std::filesystem::path& folder) {
    if (!folder.empty()) return {folder, folder / search.subfolder};
    std::vector<std::filesystem::path> places;
    if (const char* environment = std::getenv("INTAGLIO_DATA"); environment != nullptr && *environment != '\0') {
        places.push_back(std::filesystem::path(environment) / search.subfolder);
        places.emplace_back(environment);
    }
    std::error_code error;
    auto current = std::filesystem::current_path(error);
    constexpr int parents = 3;
    for (int level = 0; !error && level <= parents && current != current.parent_path(); ++level) {
        current = current.parent_path();
        places.push_back(current / "shared" / "data" / search.subfolder);
    }
    if (!search.system_folder.empty()) places.push_back(search.system_folder);
    return places;
}

/// The first of dataset_places that holds all files of the data set.
/// Errors: std::runtime_error that lists every place, what each one lacks, and how to get the data.
[[nodiscard]] inline std::filesystem::path find_dataset(const DatasetSearch& search,
                                                        const std::filesystem::path& folder = {}) {
    std::string looked_at;
    for (const auto& place : dataset_places(search, folder)) {
        std::string missing;
        std::size_t missing_count = 0;
        for (const auto& file : search.files) {
            if (plain_or_packed(place, file)) continue;
            missing += (missing.empty() ? "" : ", ") + file;
            ++missing_count;
        }
        if (missing_count == 0) return place;
        std::error_code ignored;
        const bool exists = std::filesystem::is_directory(place, ignored);
        looked_at +=
            joined({"\n  ", place.string(), (exists ? joined({" (lacks ", missing, ")"}) : " (no such folder)")});
    }
    throw std::runtime_error(joined({search.name, " was not found. Looked at:", looked_at, "\n", search.advice}));
}

}  // namespace intaglio::inline INTAGLIO_INSTRUCTION_SET

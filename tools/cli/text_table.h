#pragma once
// Columns for people.

#include <string>
#include <vector>

#include "tools/cli/error_json.h"

namespace seabed {

/// One line a row, columns padded; the first row is the heading.
std::string text_table(const std::vector<std::vector<std::string>>& rows);
/// The given keys of every object of an array; null prints as "-".
std::string json_table(const Json& array,
                       const std::vector<std::pair<std::string, std::string>>& key_and_heading);
/// "key: value" lines of the scalars of an object.
std::string json_lines(const Json& object);
std::string json_word(const Json& value);
/// "1.5 GB".
std::string bytes_text(uint64_t bytes);

}  // namespace seabed

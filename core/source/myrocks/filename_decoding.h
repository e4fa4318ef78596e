#pragma once
// MariaDB's encoding of names in file names (manual: "Identifier to File Name Mapping";
// strings/ctype-utf8.c): ASCII letters, digits and '_' as they are, other letters '@xy' by a table,
// everything else '@hhhh' (UTF-16 unit).

#include <string>
#include <string_view>

namespace seabed::myrocks {

/// The name in UTF-8. What is not well-formed is kept as it stands ("#mysql50#" names, foreign files).
std::string decode_filename(std::string_view encoded);

}  // namespace seabed::myrocks

// From a URI to a store and a key.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/engine/admin/dump.h"
#include "core/media/log_object.h"

namespace seabed {
namespace {

struct Split {
  std::string root, key;
};

bool set_or_piece(std::string_view segment) {
  return segment.starts_with("backup_set_") || segment.starts_with("piece_d");
}

bool placeholder_directory(std::string_view segment) {
  constexpr std::array kNames = {"backup_sets", "rounds", "pieces", "check_file", "tombstones", "readers"};
  return std::find(kNames.begin(), kNames.end(), segment) != kNames.end();
}

/// The root ends before the last directory whose name only a destination's root holds, else before the last
/// segment. nullopt: the location is a bucket's root.
std::optional<Split> split(const std::string& location) {
  const size_t last = location.rfind('/');
  if (last == std::string::npos || last == 0) return std::nullopt;
  size_t cut = last;
  if (location.find("/@APD_PART@", last) == last)
    cut = std::min(cut, location.rfind('/', last - 1));  // its log file's name too
  for (size_t end = last; end != std::string::npos && end > 0;) {
    const size_t begin = location.rfind('/', end - 1);
    if (begin == std::string::npos || begin == 0) break;
    const std::string_view segment = std::string_view(location).substr(begin + 1, end - begin - 1);
    if (set_or_piece(segment) || (end == last && placeholder_directory(segment)) || segment == "leases") {
      cut = begin;
      break;
    }
    end = begin;
  }
  return Split{location.substr(0, cut), location.substr(cut + 1)};
}

Result<Medium> open_at(Storage& storage, const Uri& uri, const std::string& location,
                       const CancelToken* cancel) {
  Uri at = uri;
  at.location = location;
  SEABED_TRY(auto store, storage.open(at));
  return Medium{std::move(store), cancel};
}

bool no_such_object(const Error& error) { return error.code == Code::kNotFound; }

}  // namespace

Status dump_uri(Storage& storage, const Uri& uri, const DumpOptions& options, const CancelToken* cancel,
                DumpSink& sink) {
  if (auto place = split(uri.location)) {
    SEABED_TRY(Medium medium, open_at(storage, uri, place->root, cancel));
    auto object = open_log_object(medium, place->key);
    if (object || !no_such_object(object.error())) return dump_object(medium, place->key, options, sink);
  }
  SEABED_TRY(Medium directory, open_at(storage, uri, uri.location, cancel));
  return dump_directory(directory, "", options, sink);
}

Result<bool> dump_exists(Storage& storage, const Uri& uri, const CancelToken* cancel) {
  if (auto place = split(uri.location)) {
    SEABED_TRY(Medium medium, open_at(storage, uri, place->root, cancel));
    auto object = open_log_object(medium, place->key);
    if (object) return true;
    if (!no_such_object(object.error())) return fail(object.error());
  }
  SEABED_TRY(Medium directory, open_at(storage, uri, uri.location, cancel));
  return any_object(*directory.store, "", directory.io());
}

}  // namespace seabed

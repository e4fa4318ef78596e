#pragma once
// `seabed admin dump_backup`: what one object or directory on a medium holds, for people and scripts. Nothing
// in a file is believed: what a check refuses is told with the check and the byte, and everything before it
// is still given out.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/media/medium.h"
#include "core/storage/destination.h"

namespace seabed {

using Json = nlohmann::ordered_json;

/// Receives a dump in order: one head, items of one kind (may be millions: none is kept), one tail.
class DumpSink {
 public:
  virtual ~DumpSink() = default;
  /// `items` names what follows ("entries", "groups", "objects"); empty: nothing does.
  virtual void head(const Json& facts, std::string_view items) = 0;
  virtual void item(const Json& facts) = 0;
  virtual void tail(const Json& facts) = 0;
};

struct DumpOptions {
  uint64_t offset = 0;  // of the first item; of the first byte in macroblock data
  uint64_t limit = 0;   // items or bytes; 0: all
  bool ranged = false;  // offset or limit was given
};

/// One file, plain or in @APD_PART@ fragments. After kCorruption and kUnsupported the sink has got what could
/// be read and a tail with the problem; the error names check and byte. kNotFound: there is no such object,
/// nothing was given out.
Status dump_object(const Medium& medium, const std::string& key, const DumpOptions& options, DumpSink& sink);

/// What lies below `prefix` (empty or ending in '/'), with type and state; a table_list directory as numbered
/// rows. kNotFound: nothing does. An object that is no sound file of Seabed is told as such and is no error.
Status dump_directory(const Medium& medium, const std::string& prefix, const DumpOptions& options,
                      DumpSink& sink);

/// The object or directory that a URI names: the store is opened at the destination's root where the names
/// tell which that is, so that the objects beside a file can speak for it.
Status dump_uri(Storage& storage, const Uri& uri, const DumpOptions& options, const CancelToken* cancel,
                DumpSink& sink);
/// True for an object and for a directory with anything in it.
Result<bool> dump_exists(Storage& storage, const Uri& uri, const CancelToken* cancel);

}  // namespace seabed

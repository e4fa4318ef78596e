#pragma once
// What the parts of a dump share; used by core/engine/admin/dump*.cc only.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/engine/admin/dump.h"
#include "core/format/frame.h"
#include "core/format/log_types.h"
#include "core/media/log_object.h"

namespace seabed::dump {

/// The object being dumped.
struct File {
  const Medium& medium;
  std::string key;
  LogObject& object;
  FileHeader header;
  Json facts;  // head so far: object, size, frame

  std::string name() const { return medium.name(key); }
};

/// The fields of a frame as they stand, sound or not; `bytes` may be shorter than a header.
Json frame_json(std::string_view bytes);

/// Gives the sink the tail with the problem and returns it: `check` is the one that failed, [at, end) the
/// bytes it covers.
tl::unexpected<Error> damaged(const File& file, DumpSink& sink, const std::string& check, uint64_t at,
                              uint64_t end, const std::string& reason, Json tail);
/// The same for an error of a codec, whose text names the byte.
tl::unexpected<Error> refused(DumpSink& sink, const std::string& check, Error error, Json tail);
void sound(DumpSink& sink, Json tail);

/// Header and counted content of a group that begins at byte `at`.
Json group_json(const LogGroup& group, uint64_t number, uint64_t at, size_t length);

Status dump_index(File& file, const DumpOptions& options, DumpSink& sink);
Status dump_log(File& file, const DumpOptions& options, DumpSink& sink);
/// An @APD_PART@ object that begins inside a log file: groups without a header.
Status dump_log_part(File& file, uint64_t start, uint64_t end, const DumpOptions& options, DumpSink& sink);
Status dump_blocks(File& file, const DumpOptions& options, DumpSink& sink);
Status dump_table_list(const Medium& medium, const std::string& prefix, uint64_t scn,
                       const DumpOptions& options, DumpSink& sink);

/// How much of a log file counts, as the objects beside it say; found false: nobody says.
struct LogEnd {
  bool found = false;
  uint64_t length = 0;
  std::string hash;  // 16 bytes; empty: not told
  std::string says;  // the object that tells
};
LogEnd log_end(const Medium& medium, const std::string& key);

/// Everything up to and with the last '/'.
std::string directory_of(const std::string& key);
Result<std::string> read_exactly(LogObject& object, uint64_t offset, uint64_t size);

}  // namespace seabed::dump

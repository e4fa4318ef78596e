// Index files: trailer first, then every entry (docs/format/index.md).
#include <google/protobuf/message.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/engine/admin/dump_messages.h"
#include "core/engine/admin/dump_parts.h"
#include "core/format/index_file.h"

namespace seabed::dump {
namespace {

Json trailer_json(const meta::IndexTrailer& trailer) {
  auto json = message_json("seabed.meta.IndexTrailer", trailer.SerializeAsString());
  return json ? std::move(*json) : Json(nullptr);
}

/// Entries [offset, offset + limit); reading ends with the last one wanted.
Status give_entries(IndexReader& reader, google::protobuf::Message& entry, const DumpOptions& options,
                    DumpSink& sink, uint64_t* seen, uint64_t* given) {
  while (options.limit == 0 || *given < options.limit) {
    SEABED_TRY(bool more, reader.next(&entry));
    if (!more) return ok();
    if ((*seen)++ < options.offset) continue;
    Json json = {{"number", *seen}};
    json.update(message_json(entry));
    sink.item(json);
    ++*given;
  }
  return ok();
}

tl::unexpected<Error> broken(const File& file, DumpSink& sink, const std::string& check, uint64_t at,
                             uint64_t end, const Error& error, Json tail) {
  if (error.code != Code::kCorruption) return refused(sink, check, error, std::move(tail));
  return damaged(file, sink, check, at, end, error.reason, std::move(tail));
}

}  // namespace

Status dump_index(File& file, const DumpOptions& options, DumpSink& sink) {
  const std::string message = *message_of(file.header.type);
  file.facts["message_type"] = message;
  auto read = [&file](uint64_t offset, std::span<char> buffer) {
    return file.object.read_at(offset, buffer);
  };
  auto reader = IndexReader::open(file.header.type, file.object.size(), read, file.name());
  file.facts["trailer"] = reader ? trailer_json(reader->trailer()) : Json(nullptr);
  sink.head(file.facts, "entries");
  const uint64_t size = file.object.size(),
                 footer = std::max(kFileHeaderSize, size - std::min(size, kIndexFooter));
  if (!reader)
    return broken(file, sink, "end of the index (trailer and footer)", footer, size, reader.error(),
                  Json::object());
  auto entry = new_message(message);
  uint64_t seen = 0, given = 0;
  Status status = give_entries(*reader, *entry, options, sink, &seen, &given);
  Json tail = {{"entries_read", seen}, {"entries_shown", given}};
  const auto& end = reader->trailer();
  const uint64_t chunks_end = end.last_chunk_offset() + end.last_chunk_length();
  if (!status)
    return broken(file, sink, "chunks of entries", kFileHeaderSize, chunks_end, status.error(),
                  std::move(tail));
  if (seen < reader->trailer().entries()) tail["verdict"] = "sound as far as it was read";
  sound(sink, std::move(tail));
  return ok();
}

}  // namespace seabed::dump

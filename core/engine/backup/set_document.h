#pragma once
// What the executor remembers of a set between its states: the `state` column of the set task, JSON. Everything that is
// needed to finish the set after a crash without the snapshots that died with the process.

#include <string>
#include <vector>

#include "core/base/scn.h"
#include "core/base/status.h"
#include "core/format/meta.pb.h"
#include "core/media/complement_log.h"

namespace seabed::backup {

struct Attempt {
  uint32_t turn = 0, retry = 0;      // turn 0: not finished
};

/// One log stream of the set, as of its current turn.
struct StreamDocument {
  uint64_t ls_id = 0;
  uint32_t turn = 0;                 // 0: nothing of it yet
  Scn taken_scn = 0, start_replay_scn = 0, min_restore_scn = 0;
  uint64_t tablets = 0;
  bool meta_written = false;
  Attempt sys, minor, major;

  Attempt& finished(const std::string& kind);
  const Attempt& finished(const std::string& kind) const;
  bool complete() const { return turn != 0 && sys.turn == turn && minor.turn == turn && major.turn == turn; }
};

/// A data directory that is whole on the medium, whether its turn won or not: later turns may point into it.
struct DirectoryDocument {
  uint64_t ls_id = 0;
  std::string kind;
  Attempt at;
  std::vector<meta::FileEntry> files;
};

struct SetDocument {
  uint32_t turn = 1;                 // newest over the streams
  std::vector<StreamDocument> streams;
  std::vector<DirectoryDocument> directories;
  std::vector<meta::FileEntry> meta_files;    // of the streams' winning meta directories and of infos/meta_info
  std::vector<meta::FileEntry> data_files;    // merged indexes and maps of the winning turn
  std::vector<meta::FileEntry> table_files;
  std::vector<ComplementPiece> log_pieces;    // PLUS ARCHIVELOG: what is to be copied, chosen once
  std::vector<meta::FileEntry> log_files;     // what is copied of it
  uint64_t log_bytes = 0;
  uint64_t input_bytes = 0, output_bytes = 0, blocks = 0, reused_bytes = 0;
  uint64_t end_us = 0;               // set when the data is complete

  StreamDocument& stream(uint64_t ls_id);
};

/// Of an earlier turn: the descriptor names the winner's files only.
void drop_entries(std::vector<meta::FileEntry>* files, std::string_view prefix);

std::string encode_document(const SetDocument& document);
Result<SetDocument> decode_document(const std::string& text);

}  // namespace seabed::backup

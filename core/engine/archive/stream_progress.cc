#include "core/engine/archive/stream_progress.h"

#include <algorithm>

namespace seabed::archive {

void PiecePart::update(const LogFile& file) {
  if (!files_.empty() && files_.back().file_id == file.file_id) {
    summary_.bytes -= files_.back().length;
    summary_.groups -= files_.back().groups;
    files_.back() = file;
  } else {
    files_.push_back(file);
  }
  if (summary_.first_file_id == 0) summary_.first_file_id = file.file_id;
  summary_.last = file;
  summary_.bytes += file.length;
  summary_.groups += file.groups;
  summary_.max_scn = std::max(summary_.max_scn, file.max_scn);
  if (summary_.min_lsn.empty()) summary_.min_lsn = file.min_lsn;
  if (!file.max_lsn.empty()) summary_.max_lsn = file.max_lsn;
}

}  // namespace seabed::archive

#pragma once
// One stream's directory of one kind on its way (data_phase.cc, interrupted.cc).

#include "core/engine/backup/backup_run.h"

namespace seabed::backup {

struct BackupRun::DirectoryJob {
  StreamDocument* stream = nullptr;
  std::string kind;
  std::vector<CopyFile> files;       // of the first attempt; later ones are planned again
  LsAttempt at;
  uint64_t started_us = 0;
  bool earlier = false;              // of an earlier turn, which a kill interrupted: later turns point into it
  std::optional<LsDataOutcome> outcome;
  bool changed = false;              // what had to be copied is gone

  uint64_t new_bytes() const {
    uint64_t out = 0;
    for (const auto& file : files) out += file.meta.holder_set_id() == 0 ? file.meta.size() : 0;
    return out;
  }
  catalog::LsTaskRow row(uint64_t tenant_id, uint64_t task_id, LsState state) const {
    return {.tenant_id = tenant_id, .task_id = task_id, .ls_id = stream->ls_id, .data_type = kind, .turn = at.turn,
            .retry = at.retry, .trace_id = at.trace_id, .status = std::string(name(state)), .start_us = started_us};
  }
};

uint64_t new_trace();

}  // namespace seabed::backup

#pragma once
// A finished writer's database, its base and log, ready to be restored: shared by the tests of staging and
// activation.

#include <memory>
#include <string>
#include <vector>

#include "core/source/rocksdb/snapshot.h"
#include "counting_writer.h"
#include "replayed_log.h"
#include "restored.h"
#include "scratch.h"

namespace seabed::test {

struct StagedBase {
  StagedBase() {
    options.batches = 800;
    CountingWriter writer(db, options);
    written = writer.wait_for(300);
    rocksdb_source::Snapshotter snapshotter({db, "", scratch / "pins", 1ull << 30});
    auto taken = snapshotter.take(3, system_clock(), CancelToken());
    if (taken) base = std::move(*taken);
    written = written && base && writer.wait_for(800);
    writer.stop();
    if (written) groups = groups_behind(db, *base, 50);
  }
  /// Stages everything beside `target`.
  Status stage() {
    auto report = restore_staged(*base, groups, kScnMax, target);
    return report ? ok() : Status(fail(report.error()));
  }
  /// Opens `target` and compares; "" when it is the state after the last batch.
  std::string differs() {
    uint64_t counter = 0;
    const std::string text = compare_with_model(target, options, &counter);
    return !text.empty() ? text : counter == 800 ? "" : "holds the state after " + std::to_string(counter);
  }

  Scratch scratch;
  WriterOptions options;
  std::string db = scratch / "db", target = scratch / "restored", staged = target + ".seabed-standby";
  std::unique_ptr<Snapshot> base;
  std::vector<LogGroup> groups;
  bool written = false;
};

}  // namespace seabed::test

// seabed.follow and seabed.follow.groups of a standby: damage is told, and no length in them is believed.

#include <fcntl.h>

#include "core/format/rocksdb_payload.pb.h"
#include "core/source/rocksdb/follow_state.h"
#include "core/source/rocksdb/group_journal.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/scratch_file.h"

using namespace seabed;
using namespace seabed::rocksdb_source;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const ScratchFile state(kFollowFile), groups(kGroupJournal);
  state.hold(fuzz_view(data, size));
  (void)read_follow(state.directory);
  groups.hold(fuzz_view(data, size));
  auto directory = open_directory(groups.directory);
  fuzz_expect(directory.has_value());
  JournalReader reader(std::move(*directory), groups.directory);
  for (LogGroup group;;) {
    const auto more = reader.next(size, &group);
    if (!more || !*more) break;
    fuzz_expect(reader.offset() <= size);
    (void)reader.fill(&group);
  }
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const ScratchFile state(kFollowFile), groups(kGroupJournal);
  rocksdb::FollowState follow;
  follow.set_version(1), follow.set_scn(5), follow.set_recovery("recovery"), follow.add_edits("edit");
  follow.set_journaled(true), follow.set_journal_length(100);
  fuzz_expect(write_follow(state.directory, follow, false).has_value());
  auto directory = open_directory(groups.directory);
  auto journal = GroupJournal::create(directory->get());
  fuzz_expect(journal.has_value());
  LogGroup group;
  group.type = GroupType::kManifest;
  group.scn_lo = 1, group.scn_hi = 2, group.payload = "payload";
  fuzz_expect(journal->append(group).has_value());
  fuzz_expect(journal->append(group).has_value() && journal->sync().has_value());
  return {state.content(), groups.content()};
}

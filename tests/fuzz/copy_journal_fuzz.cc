// The journal of a copy that was killed: nothing but its undamaged front, or an error, comes of it.

#include "core/media/copy_journal.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/scratch_file.h"

using namespace seabed;

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const ScratchFile file("journal");
  file.hold(fuzz_view(data, size));
  auto memory = CopyJournal::read(file.path);
  if (!memory) return 0;
  for (const JournalBlock& block : memory->blocks) fuzz_expect(block.rank < memory->files.size());
  keep_blocks(&*memory, memory->blocks.size() / 2);
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const ScratchFile file("journal");
  CopyMemory memory;
  memory.shape = "parts of 4 MiB";
  memory.files.resize(2);
  memory.files[0].set_name("000010.sst");
  memory.files[1].set_name("000011.sst");
  auto journal = CopyJournal::create(file.path, memory);
  fuzz_expect(journal.has_value());
  (*journal)->upload(0, "upload-1");
  (*journal)->block({0, 0, 0, kDataFileHeader, 1000, hash128("a")});
  (*journal)->block({1, 0, 0, kDataFileHeader + 1000, 500, hash128("b")});
  (*journal)->part(0, 1, {4096, hash128("part"), "etag"});
  (*journal)->done(0, {5596, hash128("file")});
  journal->reset();
  return {file.content()};
}

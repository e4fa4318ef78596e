// One file to or from a medium through the host's stack, in parts side by side: what tools/bench media compares with
// other programs. The destination's URI comes on standard input (it may hold keys).
//   medium_copy put|get --drivers DIR --key K --file PATH [--part-mib N] [--threads N]
// Prints {"seconds":…, "bytes":…, "cpu_seconds":…, "peak_rss":…}; seconds are those of the transfer, its end included.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <boost/program_options.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "core/base/fd.h"
#include "core/flow/lanes.h"
#include "core/storage/destination.h"

namespace po = boost::program_options;
using namespace seabed;

namespace {

struct Settings {
  std::string drivers, key, file;
  uint64_t part_mib = 16;
  uint32_t threads = 8;
  uint64_t part() const { return part_mib << 20; }
};

IoContext io() {
  IoContext ctx;
  ctx.deadline = after(std::chrono::minutes(5));
  return ctx;
}

/// A part's memory: in large pages, so that filling 16 MiB does not cost 4096 page faults, and not zeroed before.
class PartMemory {
 public:
  explicit PartMemory(uint64_t bytes) {
    constexpr size_t kLargePage = 2 << 20;
    const size_t size = (bytes + kLargePage - 1) / kLargePage * kLargePage;
    memory_.reset(static_cast<char*>(std::aligned_alloc(kLargePage, size)));
    if (memory_ == nullptr) throw std::bad_alloc();
    madvise(memory_.get(), size, MADV_HUGEPAGE);
  }
  char* data() { return memory_.get(); }

 private:
  struct Free {
    void operator()(char* p) const { std::free(p); }
  };
  std::unique_ptr<char, Free> memory_;
};

/// Calls work(n, begin, length, memory) for every part, each thread with one part's memory of its own.
template <class Work>
Status each_part(const Settings& s, uint64_t size, const Work& work) {
  const uint64_t parts = (size + s.part() - 1) / s.part();
  std::atomic<uint64_t> next = 0;
  auto lane = [&](uint32_t) -> Status {
    PartMemory memory(s.part());
    for (uint64_t n; (n = next++) < parts;)
      SEABED_CHECK(work(n, n * s.part(), std::min(s.part(), size - n * s.part()), memory.data()));
    return ok();
  };
  return run_lanes(static_cast<uint32_t>(std::min<uint64_t>(s.threads, parts)), lane, [&] { next = parts; });
}

Status put(ObjectStore& store, const Settings& s, uint64_t size) {
  const Fd file(::open(s.file.c_str(), O_RDONLY | O_CLOEXEC));
  SEABED_TRY(const std::string id, store.begin_upload(s.key, io()));
  std::vector<PartInfo> parts((size + s.part() - 1) / s.part());
  SEABED_CHECK(each_part(s, size, [&](uint64_t n, uint64_t begin, uint64_t length, char* memory) -> Status {
    SEABED_TRY(const size_t got, pread_full(file.get(), {memory, length}, begin, s.file));
    const std::string_view bytes(memory, got);
    SEABED_TRY(parts[n], store.upload_part(s.key, id, static_cast<uint32_t>(n + 1), Buffers(&bytes, 1), io()));
    return ok();
  }));
  return store.complete_upload(s.key, id, parts, io());
}

Status get(ObjectStore& store, const Settings& s, uint64_t* size) {
  SEABED_TRY(const ObjectStat stat, store.stat(s.key, io()));
  *size = stat.size;
  const Fd file(::open(s.file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  return each_part(s, stat.size, [&](uint64_t, uint64_t begin, uint64_t length, char* memory) -> Status {
    SEABED_TRY(const size_t got, store.read_at(s.key, begin, {memory, length}, io()));
    if (got != length) return fail(Code::kCorruption, s.key, "is shorter than it says");
    return pwrite_full(file.get(), std::string_view(memory, length), begin, s.file);
  });
}

/// Of this process so far, its kernel's share included.
double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

uint64_t peak_rss() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  return 0;
}

Status run(const std::string& what, const Settings& s) {
  std::string text;
  std::getline(std::cin, text);
  SEABED_TRY(const Uri uri, parse_uri(text));
  StorageOptions options;
  options.driver_directories = {s.drivers};
  SEABED_TRY(const auto storage, Storage::create(options));
  SEABED_TRY(const auto store, storage->open(uri));
  struct stat st {};
  ::stat(s.file.c_str(), &st);
  auto size = static_cast<uint64_t>(st.st_size);
  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  SEABED_CHECK(what == "put" ? put(*store, s, size) : get(*store, s, &size));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::cout << "{\"seconds\":" << took.count() << ",\"bytes\":" << size << ",\"cpu_seconds\":" << cpu_seconds() - cpu
            << ",\"peak_rss\":" << peak_rss() << "}\n";
  return ok();
}

}  // namespace

int main(int argc, char** argv) try {
  Settings s;
  std::string what;
  po::options_description options("medium_copy put|get");
  options.add_options()("what", po::value(&what)->required())("drivers", po::value(&s.drivers)->required())(
      "key", po::value(&s.key)->required())("file", po::value(&s.file)->required())("part-mib", po::value(&s.part_mib))(
      "threads", po::value(&s.threads));
  po::positional_options_description place;
  place.add("what", 1);
  po::variables_map vm;
  po::store(po::command_line_parser(argc, argv).options(options).positional(place).run(), vm);
  po::notify(vm);
  const Status done = run(what, s);
  if (!done) std::cerr << done.error().message() << "\n";
  return done ? 0 : 1;
} catch (const std::exception& e) {
  std::cerr << e.what() << "\n";
  return 2;
}

// kill -9 at any moment: readers see old or new, never a part, and nothing acknowledged is lost.

#include <unistd.h>

#include <cstring>

#include "tests/conformance/fixture.h"
#include "tests/conformance/subprocess.h"

namespace seabed::test {

class Killed : public Conformance {
 protected:
  /// Waits until the child has reported `bytes` bytes, then kills it; all it had reported.
  static std::string kill_after(Child& child, size_t bytes) {
    std::string report(bytes, 0);
    size_t got = 0;
    while (got < bytes) {
      const ssize_t n = ::read(child.report_fd(), report.data() + got, bytes - got);
      if (n <= 0) break;
      got += static_cast<size_t>(n);
    }
    child.kill();
    report.resize(got);
    report += child.read_report();
    child.wait();
    return report;
  }
  Status upload(ObjectStore& store, const std::string& key) {
    const std::string_view piece = "part";
    SEABED_TRY(const auto id, store.begin_upload(key, ctx));
    SEABED_TRY(const auto part, store.upload_part(key, id, 1, Buffers(&piece, 1), ctx));
    return store.complete_upload(key, id, {&part, 1}, ctx);
  }
  static size_t temp_files(const std::string& root) {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(root + "/.seabed-tmp"))
      count += entry.path().filename().string().rfind("p-", 0) == 0;
    return count;
  }
};

TEST_F(Killed, APutIsAllOrNothing) {
  constexpr size_t kSize = 3 << 20;
  for (int round = 0; round < 15; ++round) {
    Child child([&](int report) {
      const auto store = open_bare();
      for (char version = 'a';; version = version == 'z' ? 'a' : version + 1) {
        if (!put_object(*store, "dir/k", std::string(kSize, version), PutMode::kReplace, ctx)) return 1;
        if (write(report, &version, 1) != 1) return 2;
      }
    });
    const std::string acknowledged = kill_after(child, 1 + round % 4);
    ASSERT_FALSE(acknowledged.empty());
    const std::string bytes = get("dir/k");
    ASSERT_EQ(bytes.size(), kSize);
    EXPECT_EQ(bytes.find_first_not_of(bytes[0]), std::string::npos) << "a mixture of two versions";
    const char last = acknowledged.back(), next = last == 'z' ? 'a' : last + 1;
    EXPECT_TRUE(bytes[0] == last || bytes[0] == next) << "acknowledged " << last << ", found " << bytes[0];
    EXPECT_EQ(keys(), std::vector<std::string>{"dir/k"});
  }
  EXPECT_TRUE(open_bare()->put("other", {}, PutMode::kReplace, ctx).has_value());
  EXPECT_EQ(temp_files(scratch / "root"), 0u) << "the first write of a new store sweeps what the dead left";
}

// What a death leaves while an upload is made, published or aborted: no listing tells it, so nobody could abort it.
TEST_F(Killed, TheSweepTakesUploadsThatAreNone) {
  namespace fs = std::filesystem;
  const auto store = open_bare();
  const std::string_view piece = "part";
  const auto whole = store->begin_upload("whole", ctx).value();
  const auto part = store->upload_part("whole", whole, 1, Buffers(&piece, 1), ctx).value();
  const fs::path temp = fs::path(scratch / "root") / ".seabed-tmp";
  const auto leave = [&](const char* id, std::initializer_list<const char*> without) {
    fs::copy(temp / whole, temp / id, fs::copy_options::recursive);
    for (const char* name : without) fs::remove(temp / id / name);
  };
  leave("u-01", {"data", "index", "key"});  // made
  leave("u-02", {"index", "key"});
  leave("u-03", {"key"});           // or being aborted
  leave("u-04", {"data"});          // published
  leave("u-05", {"key", "index"});
  fs::resize_file((leave("u-06", {}), temp / "u-06" / "key"), 0);
  EXPECT_TRUE(open_bare()->put("other", {}, PutMode::kReplace, ctx).has_value());
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(temp)) left.push_back(entry.path().filename());
  EXPECT_EQ(left, std::vector<std::string>{whole});
  EXPECT_TRUE(store->complete_upload("whole", whole, {&part, 1}, ctx).has_value());
  EXPECT_EQ(get("whole"), "part");
}

TEST_F(Killed, TheSweepLeavesUploadsBeingMadeAlone) {
  put("x", "");
  std::vector<std::unique_ptr<Child>> writers;
  for (int i = 0; i < 3; ++i)
    writers.push_back(std::make_unique<Child>([&, i](int report) {
      for (int n = 0; n < 150; ++n) {  // each with a store of its own, so each sweeps
        const Status done = upload(*open_bare(), "k" + std::to_string(i));
        if (done) continue;
        const auto text = done.error().message();
        return write(report, text.data(), text.size()) < 0 ? 2 : 1;
      }
      return 0;
    }));
  for (auto& writer : writers) {
    EXPECT_EQ(writer->read_report(), "");
    EXPECT_EQ(writer->wait(), 0);
  }
}

TEST_F(Killed, TheSweepLeavesLiveWritersAlone) {
  put("x", "");
  std::vector<std::unique_ptr<Child>> writers;
  for (int i = 0; i < 2; ++i)
    writers.push_back(std::make_unique<Child>([&, i](int report) {
      for (int n = 0; n < 150; ++n)  // each with a store of its own, so each sweeps
        if (auto done = put_object(*open_bare(), "k" + std::to_string(i), std::string(n * 100, 'x'),
                                   PutMode::kReplace, ctx);
            !done) {
          const auto text = done.error().message();
          return write(report, text.data(), text.size()) < 0 ? 2 : 1;
        }
      return 0;
    }));
  for (auto& writer : writers) {
    EXPECT_EQ(writer->read_report(), "");
    EXPECT_EQ(writer->wait(), 0);
  }
}

TEST_F(Killed, AppendsThatWereAcknowledgedAreThere) {
  const std::string record(10'000, 'r');
  uint64_t length = 0;
  for (int round = 0; round < 15; ++round) {
    Child child([&](int report) {
      const auto store = open_bare();
      std::string_view piece = record;
      for (uint64_t at = length;;) {
        const auto next = store->append("log", at, Buffers(&piece, 1), ctx);
        if (!next) return 1;
        at = *next;
        if (write(report, "+", 1) != 1) return 2;
      }
    });
    const uint64_t acknowledged = length + kill_after(child, 1 + round % 5).size() * record.size();
    length = bare->stat("log", ctx).value().size;
    EXPECT_GE(length, acknowledged);
    // A torn tail is legal (readers check groups by their checksums); a hole or foreign bytes are not.
    EXPECT_EQ(get("log").find_first_not_of('r'), std::string::npos);
  }
}

TEST_F(Killed, AnUploadIsAllOrNothing) {
  const std::string part(1 << 20, 'p');
  for (int round = 0; round < 10; ++round) {
    Child child([&](int report) {
      const auto store = open_bare();
      const std::string_view piece = part;
      for (int n = 0;; ++n) {
        const std::string key = "up/" + std::to_string(round) + "-" + std::to_string(n);
        const auto id = store->begin_upload(key, ctx).value();
        std::vector<PartInfo> parts;
        for (uint32_t i = 1; i <= 3; ++i)
          parts.push_back(store->upload_part(key, id, i, Buffers(&piece, 1), ctx).value());
        if (!store->complete_upload(key, id, parts, ctx)) return 1;
        if (write(report, "+", 1) != 1) return 2;
      }
    });
    const size_t acknowledged = kill_after(child, 1 + round % 3).size();
    const auto page = bare->list("up/" + std::to_string(round) + "-", "", 1000, ctx).value();
    EXPECT_GE(page.entries.size(), acknowledged);
    for (const auto& entry : page.entries) EXPECT_EQ(entry.size, 3u << 20) << entry.key;
  }
  const auto left = bare->list_uploads("", ctx).value();
  for (const auto& upload : left)
    EXPECT_TRUE(bare->abort_upload(upload.key, upload.upload_id, ctx).has_value());
  EXPECT_TRUE(bare->list_uploads("", ctx).value().empty());
  EXPECT_TRUE(open_bare()->put("other", {}, PutMode::kReplace, ctx).has_value());
  EXPECT_TRUE(std::filesystem::is_empty(scratch / "root/.seabed-tmp")) << "what no listing tells is swept";
}

}  // namespace seabed::test

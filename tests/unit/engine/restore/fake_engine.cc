// The rig's engine: a log of numbered groups, a staged directory of plain files.

#include <fcntl.h>
#include <unistd.h>

#include <sstream>

#include "core/base/bytes.h"
#include "tests/unit/engine/restore/restore_rig.h"

namespace seabed::testing_restore {

Lsn lsn(uint64_t n) {
  Lsn l;
  put_be64(l.bytes, n);
  return l;
}

LogGroup log_group(uint64_t ls, uint64_t n) {
  LogGroup g;
  g.type = ls == 1 ? GroupType::kDictionary : GroupType::kLog;
  g.scn_lo = at(n - 1);
  g.scn_hi = at(n);
  g.incarnation = 1;
  g.begin = lsn(n);
  g.end = lsn(n + 1);
  if (ls == 1) {
    meta::DictionaryRecord record;
    auto* f = record.add_files();
    f->set_path("shop/t" + std::to_string(n) + ".frm");
    f->set_content("at " + std::to_string(n));
    g.payload = record.SerializeAsString();
  } else {
    g.payload = std::to_string(ls) + "/" + std::to_string(n) + "/" +
                std::string(900, static_cast<char>('a' + n % 26)) + "\n";
  }
  return g;
}

LogGroup hole_group(uint64_t n) {
  LogGroup g;
  g.type = GroupType::kHole;
  g.scn_lo = at(n - 1);
  g.scn_hi = at(n);
  g.begin = g.end = lsn(n);
  put_u64(g.payload, n);
  return g;
}

namespace {

class FakeContinuity final : public LogRules::Continuity {
 public:
  Status add(const LogGroup& g, std::vector<LogHole>*) override {
    if (g.type != GroupType::kLog) return ok();
    const uint64_t n = load_be64(g.begin.bytes.data());
    if (next_ != 0 && n != next_) return fail(Code::kGap, "group " + std::to_string(next_), "is missing");
    next_ = n + 1;
    return ok();
  }

 private:
  uint64_t next_ = 0;
};

uint64_t covered_up_to(const std::string& recovery) {
  std::istringstream in(recovery);
  std::string word;
  uint64_t start = 0, covers = 0;
  in >> word >> start >> word >> covers;
  return covers;
}

class FakeTarget final : public RestoreTarget {
 public:
  FakeTarget(FakeAdapter& adapter, std::string directory)
      : adapter_(adapter), staged_(staged_path(directory)) {}
  void keep_files(const std::vector<std::string>& names) override { keep_ = {names.begin(), names.end()}; }
  Status begin(const std::string& recovery) override {
    recovery_ = recovery;
    SEABED_CHECK(make_directories(staged_));
    for (const auto& e : fs::directory_iterator(staged_))
      if (keep_.count(e.path().filename()) == 0) fs::remove(e.path());
    return ok();
  }
  Result<Fd> create_file(const SnapshotFile& file) override {
    adapter_.created.insert(file.name);
    Fd fd(::open((staged_ + "/" + file.name).c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd) return fail_errno(file.name, "open", errno);
    return fd;
  }
  Status close_file(const SnapshotFile&, Fd) override { return ok(); }
  Result<bool> apply(const LogGroup& g, Scn until) override {
    if (g.scn_hi > until) {
      report_.next_scn_lo = g.scn_lo;
      return false;
    }
    std::vector<LogHole> holes;
    SEABED_CHECK(continuity_.add(g, &holes));
    if (g.type == GroupType::kHole) {
      LogHole hole;
      hole.at = g.begin;
      if (covered_up_to(recovery_) > load_be64(hole.at.bytes.data())) return true;
      return fail(Code::kGap, "the log", "has a hole that the base does not cover");
    }
    log_ += g.payload;
    report_.last_scn_lo = g.scn_lo;
    report_.last_scn_hi = g.scn_hi;
    ++report_.groups;
    return true;
  }
  Result<RestoreReport> finish(Scn) override {
    std::ofstream(staged_ + "/log", std::ios::binary) << log_;
    return report_;
  }

 private:
  FakeAdapter& adapter_;
  const std::string staged_;
  std::string recovery_, log_;
  std::set<std::string> keep_;
  FakeContinuity continuity_;
  RestoreReport report_;
};

}  // namespace

std::unique_ptr<LogRules::Continuity> FakeRules::continuity(const std::string&) const {
  return std::make_unique<FakeContinuity>();
}

bool FakeRules::covers(const std::string& recovery, const LogHole& hole) const {
  return covered_up_to(recovery) > load_be64(hole.at.bytes.data());
}

Result<LogHole> FakeRules::parse_hole(const LogGroup& group) const {
  LogHole hole;
  hole.scn_lo = group.scn_lo;
  hole.at = group.begin;
  return hole;
}

Result<std::unique_ptr<StreamSource>> FakeAdapter::open_stream(const StreamConfig&, Clock&) {
  return fail(Code::kUnsupported, "fake", "is only restored");
}

Result<std::unique_ptr<RestoreTarget>> FakeAdapter::open_target(const std::string& directory) {
  return std::make_unique<FakeTarget>(*this, directory);
}

}  // namespace seabed::testing_restore

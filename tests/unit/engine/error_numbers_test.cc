// A destination that cannot be used, by the reference's numbers: where it is set, where a job starts, where a
// restore looks.
#include <gtest/gtest.h>

#include "backup_rig.h"
#include "core/engine/restore/media_facts.h"
#include "core/engine/set_destination.h"
#include "core/storage/numbers.h"

namespace seabed::testing_backup {
namespace {

class Refusing : public AroundStore<Refusing> {
 public:
  Refusing(std::shared_ptr<ObjectStore> inner, const Code& code)
      : AroundStore(std::move(inner)), code_(code) {}
  template <class F>
  auto around(const StoreCall&, F&&) -> decltype(std::declval<F>()()) {
    return fail(code_, "the medium", "refuses");
  }

 private:
  const Code& code_;
};

/// Every medium answers `code`, numbered as the real stack of stores does it.
class RefusingStorage final : public Storage {
 public:
  explicit RefusingStorage(Storage& inner) : inner_(inner) {}
  const std::vector<DriverInfo>& drivers() const override { return inner_.drivers(); }
  Result<std::shared_ptr<ObjectStore>> open(const Uri& uri) override {
    SEABED_TRY(auto store, inner_.open(uri));
    return with_numbers(std::make_shared<Refusing>(std::move(store), code));
  }
  Code code = Code::kIo;

 private:
  Storage& inner_;
};

class ErrorNumbers : public ::testing::Test, public BackupRig {
 protected:
  ErrorNumbers() : session(*this), refusing(*session.context.storage) { session.context.storage = &refusing; }
  int set(const std::string& uri) {
    catalog::TenantRow tenant{.tenant_id = tenant_id, .name = "shop"};
    catalog::DestinationRow wanted;
    wanted.uri = uri;
    auto done = set_destination(session.context, tenant, wanted);
    return done ? 0 : done.error().ob_error;
  }
  int restore(const std::string& uri) {
    CancelToken never;
    auto done = restore::load_media(session.context, {.uris = {uri}, .keys = {}}, never);
    return done ? 0 : done.error().ob_error;
  }

  Session session;
  RefusingStorage refusing;
};

TEST_F(ErrorNumbers, OfAMediumThatRefuses) {
  const std::pair<Code, int> table[] = {
      {Code::kPermissionDenied, 9071}, {Code::kUnavailable, 9070}, {Code::kIo, 9070},
      {Code::kTimeout, 9070},          {Code::kNoSpace, 9082},     {Code::kThrottled, 9061}};
  for (const auto& [code, number] : table) {
    refusing.code = code;
    EXPECT_EQ(set("file:///elsewhere"), number) << code_name(code);
    EXPECT_EQ(restore("file:///elsewhere"), number) << code_name(code);
    auto job = session.submit();
    EXPECT_EQ(job ? 0 : job.error().ob_error, number) << code_name(code);
  }
  refusing.code = Code::kNotFound;
  EXPECT_EQ(restore("file:///elsewhere"), 9080) << "no format file";
}

TEST_F(ErrorNumbers, OfWhatIsNoUri) {
  for (const char* uri : {"nix", "", "file://x", "s3://b?x", "file:///a b", "s3://b?x=%zz", "://x"}) {
    EXPECT_EQ(set(uri), 9001) << uri;
    EXPECT_EQ(restore(uri), 9001) << uri;
  }
}

}  // namespace
}  // namespace seabed::testing_backup

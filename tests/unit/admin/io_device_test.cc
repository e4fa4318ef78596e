// test_io_device against media that lack or deny one thing at a time.
#include "core/engine/admin/io_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/storage/tag_delete.h"
#include "tests/unit/admin/faulty_store.h"

namespace seabed {
namespace {

using test::FaultyStore;
using test::MemoryStore;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Outcome = IoCheck::Outcome;

struct Medium {
  std::shared_ptr<MemoryStore> memory = std::make_shared<MemoryStore>();
  FaultyStore store{memory};
  CancelToken cancel;
  IoDeviceOptions options{.directory = std::string(kIoTestDirectory) + "20260101T000000_1",
                          .log_file_bytes = 1 << 20,
                          .read_bytes = 1 << 20};
  IoDeviceReport run() { return test_io_device(store, options, cancel); }
};

std::vector<std::string> results(const IoDeviceReport& report) {
  std::vector<std::string> out;
  for (const IoStage& stage : report.stages) out.push_back(!stage.ran ? "-" : stage.fails() ? "FAIL" : "ok");
  return out;
}

std::string told(const IoDeviceReport& report) {
  std::string out;
  for (const IoStage& stage : report.stages)
    for (const IoCheck& check : stage.checks)
      if (check.outcome != Outcome::kWorks) out += check.operation + ": " + check.found + "\n";
  return out;
}

const IoCheck* find(const IoDeviceReport& report, const std::string& operation) {
  for (const IoStage& stage : report.stages)
    for (const IoCheck& check : stage.checks)
      if (check.operation == operation) return &check;
  return nullptr;
}

TEST(IoDevice, AMediumThatDoesAllFitsAndIsLeftEmpty) {
  Medium medium;
  const auto report = medium.run();
  EXPECT_TRUE(report.fits()) << told(report);
  EXPECT_THAT(results(report), ::testing::Each("ok"));
  EXPECT_EQ(report.stages.size(), 5u);
  EXPECT_THAT(medium.memory->objects, IsEmpty());
  EXPECT_THAT(medium.memory->uploads, IsEmpty());
  EXPECT_EQ(report.left_behind, 0u);
}

struct Denied {
  StoreOp op;
  const char* operation;  // the first check that must name it
  const char* privilege;
};

class IoDeviceDenied : public ::testing::TestWithParam<Denied> {};

TEST_P(IoDeviceDenied, IsNamedWithWhatWouldNotWork) {
  Medium medium;
  medium.options.tagging = GetParam().op == StoreOp::kGetTags || GetParam().op == StoreOp::kSetTags;
  medium.store.fault = [](const StoreCall& call) -> std::optional<Error> {
    if (call.op == GetParam().op) return test::denied(call.key);
    return std::nullopt;
  };
  const auto report = medium.run();
  const IoCheck* failed = report.first_failure();
  ASSERT_NE(failed, nullptr);
  EXPECT_EQ(failed->operation, GetParam().operation) << told(report);
  EXPECT_EQ(failed->error->code, Code::kPermissionDenied);
  EXPECT_FALSE(failed->without.empty());
  EXPECT_THAT(failed->next_step, HasSubstr(GetParam().privilege));
  if (GetParam().op != StoreOp::kRemove && GetParam().op != StoreOp::kList) {
    EXPECT_THAT(medium.memory->objects, IsEmpty()) << told(report);
  }
  if (GetParam().op != StoreOp::kAbortUpload && GetParam().op != StoreOp::kListUploads) {
    EXPECT_THAT(medium.memory->uploads, IsEmpty());
  }
}

INSTANTIATE_TEST_SUITE_P(
    EveryOperation, IoDeviceDenied,
    ::testing::Values(
        Denied{StoreOp::kStat, "length of an object", "s3:GetObject"},
        Denied{StoreOp::kRead, "read", "s3:GetObject"}, Denied{StoreOp::kPut, "put", "s3:PutObject"},
        Denied{StoreOp::kBeginUpload, "upload in parts", "s3:PutObject"},
        Denied{StoreOp::kUploadPart, "upload in parts", "s3:PutObject"},
        Denied{StoreOp::kCompleteUpload, "upload in parts", "s3:PutObject"},
        Denied{StoreOp::kAbortUpload, "abort an upload", "s3:AbortMultipartUpload"},
        Denied{StoreOp::kListUploads, "list uploads and their parts", "s3:ListBucketMultipartUploads"},
        Denied{StoreOp::kListParts, "list uploads and their parts", "s3:ListMultipartUploadParts"},
        Denied{StoreOp::kList, "list", "s3:ListBucket"},
        Denied{StoreOp::kRemove, "a checkpoint that moves on", "s3:DeleteObject"},
        Denied{StoreOp::kAppend, "append", "append"},
        Denied{StoreOp::kGetTags, "tags", "s3:GetObjectTagging"},
        Denied{StoreOp::kSetTags, "tags", "s3:PutObjectTagging"}),
    [](const auto& info) {
      std::string name(op_name(info.param.op));
      std::erase_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); });
      return name;
    });

TEST(IoDevice, TheFirstFailureEndsTheRunButNotTheCleaning) {
  Medium medium;
  medium.store.fault = [](const StoreCall& call) -> std::optional<Error> {
    if (call.op == StoreOp::kPut && call.bytes > 500'000)
      return Error{Code::kNoSpace, call.key, "disk full", "", 0, 0};
    return std::nullopt;
  };
  const auto report = medium.run();
  EXPECT_THAT(results(report), ::testing::ElementsAre("ok", "FAIL", "-", "-", "ok"));
  EXPECT_EQ(report.first_failure()->error->code, Code::kNoSpace);
  EXPECT_THAT(medium.memory->objects, IsEmpty());
}

TEST(IoDevice, WithoutAppendTheLogIsWrittenInPartsAndThePriceIsTold) {
  Medium medium;
  medium.memory->can.append = false;
  medium.store.fault = [](const StoreCall& call) -> std::optional<Error> {
    if (call.op == StoreOp::kAppend) return Error{Code::kUnsupported, call.key, "no append", "", 0, 0};
    return std::nullopt;
  };
  const auto report = medium.run();
  EXPECT_TRUE(report.fits()) << told(report);
  ASSERT_NE(find(report, "append"), nullptr);
  EXPECT_EQ(find(report, "append")->outcome, Outcome::kLimited);
  EXPECT_THAT(find(report, "append")->without, HasSubstr("60 s"));
  EXPECT_THAT(find(report, "a log file in steps, opened again, sealed")->found, HasSubstr("@APD_PART@"));
}

TEST(IoDevice, WithoutConditionalPutOrUploadsItDoesNotFit) {
  Medium medium;
  medium.memory->can.conditional_put = false;
  auto report = medium.run();
  EXPECT_EQ(report.first_failure()->operation, "conditional put");
  EXPECT_THAT(report.first_failure()->without, HasSubstr("no log archive"));
  Medium second;
  second.memory->can.uploads = false;
  report = second.run();
  EXPECT_EQ(report.first_failure()->operation, "upload in parts");
  EXPECT_THAT(report.first_failure()->without, HasSubstr("backup"));
}

TEST(IoDevice, TaggingLeavesEverythingWithItsTag) {
  auto memory = std::make_shared<MemoryStore>();
  auto tagging = with_tag_delete(memory);
  Medium medium;
  medium.options.tagging = true;
  const auto report = test_io_device(*tagging, medium.options, medium.cancel);
  EXPECT_TRUE(report.fits()) << told(report);
  EXPECT_EQ(report.left_behind, memory->objects.size());
  EXPECT_GT(report.left_behind, 5u);
}

TEST(IoDevice, ADirectoryInUseIsRefusedUntouched) {
  Medium medium;
  medium.memory->objects["format.obbak"] = "x";
  const auto report = medium.run();
  EXPECT_EQ(report.first_failure()->error->code, Code::kConflict);
  EXPECT_THAT(report.first_failure()->found, HasSubstr("format.obbak"));
  EXPECT_EQ(medium.memory->objects.size(), 1u);
  EXPECT_THAT(results(report), ::testing::ElementsAre("FAIL", "-", "-", "-", "-"));
}

TEST(IoDevice, AMediumThatDoesNotAnswerIsToldAsSuch) {
  Medium medium;
  medium.store.fault = [](const StoreCall& call) -> std::optional<Error> {
    return Error{Code::kUnavailable, call.key, "connection refused", "", 0, 0};
  };
  const auto report = medium.run();
  EXPECT_THAT(report.first_failure()->without, HasSubstr("does not answer"));
  EXPECT_THAT(results(report), ::testing::ElementsAre("FAIL", "-", "-", "-", "-"));
}

TEST(IoDevice, RunsOfOtherHostsMayBeThere) {
  Medium medium;
  medium.memory->objects[std::string(kIoTestDirectory) + "20260101T000000_2/put"] = "x";
  EXPECT_TRUE(medium.run().fits());
  EXPECT_EQ(medium.memory->objects.size(), 1u);
}

TEST(IoDevice, ACancelledRunCleansUp) {
  Medium medium;
  int calls = 0;
  medium.store.fault = [&](const StoreCall&) -> std::optional<Error> {
    if (++calls == 30) medium.cancel.cancel();
    return std::nullopt;
  };
  const auto report = medium.run();
  EXPECT_EQ(report.first_failure()->error->code, Code::kCancelled);
  EXPECT_THAT(medium.memory->objects, IsEmpty());
  EXPECT_THAT(medium.memory->uploads, IsEmpty());
}

// ---- media that lie ----

struct Liar : MemoryStore {
  bool flip = false, replace_always = false, append_anywhere = false, forget_listing = false,
       keep_deleted = false, all_win = false;
  Result<size_t> read_at(const std::string& key, uint64_t offset, std::span<char> buffer,
                         const IoContext& ctx) override {
    SEABED_TRY(size_t got, MemoryStore::read_at(key, offset, buffer, ctx));
    if (flip && got > 0) buffer[got / 2] ^= 1;
    return got;
  }
  Status put(const std::string& key, Buffers bytes, PutMode mode, const IoContext& ctx) override {
    const bool anyway = replace_always || (all_win && key.ends_with("race.obbak"));
    return MemoryStore::put(key, bytes, anyway ? PutMode::kReplace : mode, ctx);
  }
  Result<uint64_t> append(const std::string& key, uint64_t position, Buffers bytes,
                          const IoContext& ctx) override {
    return MemoryStore::append(key, append_anywhere ? objects[key].size() : position, bytes, ctx);
  }
  Result<ListPage> list(const std::string& prefix, const std::string& token, uint32_t max,
                        const IoContext& ctx) override {
    if (forget_listing) return ListPage{};
    return MemoryStore::list(prefix, token, max, ctx);
  }
  Result<std::vector<Status>> remove(std::span<const std::string> keys, const IoContext& ctx) override {
    if (keep_deleted) return std::vector<Status>(keys.size());
    return MemoryStore::remove(keys, ctx);
  }
};

std::string first_lie(bool Liar::*lie) {
  Liar liar;
  liar.*lie = true;
  Medium medium;
  const auto report = test_io_device(liar, medium.options, medium.cancel);
  return report.fits() ? "nothing" : report.first_failure()->operation;
}

TEST(IoDevice, LiesAreFound) {
  EXPECT_EQ(first_lie(&Liar::flip), "read");
  EXPECT_EQ(first_lie(&Liar::replace_always), "conditional put");
  EXPECT_EQ(first_lie(&Liar::all_win), "conditional put");
  EXPECT_EQ(first_lie(&Liar::append_anywhere), "append");
  EXPECT_EQ(first_lie(&Liar::forget_listing), "list after write");
  EXPECT_EQ(first_lie(&Liar::keep_deleted), "a checkpoint that moves on");
}

}  // namespace
}  // namespace seabed

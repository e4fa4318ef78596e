#include "core/media/settled_upload.h"

#include <gtest/gtest.h>

#include "core/storage/fault.h"
#include "core/storage/retry.h"
#include "tests/unit/storage/memory_store.h"

namespace seabed {
namespace {

/// A medium that loses the answer of complete_upload, once.
class SettledUpload : public ::testing::Test {
 protected:
  Status complete(Fault::When when) {
    const std::string_view part = content_;
    bool lost = false;
    const auto store = with_retry(with_faults(memory_,
                                              [&](const StoreCall& call) -> std::optional<Fault> {
                                                if (call.op != StoreOp::kCompleteUpload || std::exchange(lost, true)) return std::nullopt;
                                                return Fault{when, Error{Code::kOutcomeUnknown, "", "answer lost", "", 0, 0}};
                                              }),
                                  {3, std::chrono::milliseconds(1), std::chrono::milliseconds(1)});
    const auto id = store->begin_upload("k", {}).value();
    const std::vector parts = {store->upload_part("k", id, 1, {&part, 1}, {}).value()};
    if (dropped_) memory_->uploads.clear();
    return complete_settled(*store, "k", id, parts, {content_.size(), hash128(content_)}, [] { return IoContext{}; });
  }
  std::shared_ptr<test::MemoryStore> memory_ = std::make_shared<test::MemoryStore>();
  const std::string content_ = std::string(5 << 20, 'x') + "end";
  bool dropped_ = false;
};

TEST_F(SettledUpload, ALostAnswerOfWhatWasDoneIsASuccess) {
  EXPECT_TRUE(complete(Fault::When::kAfter).has_value());
  EXPECT_EQ(memory_->objects["k"], content_);
}

TEST_F(SettledUpload, AnotherObjectOfTheSameSizeIsNoSuccess) {
  memory_->objects["k"] = content_;
  memory_->objects["k"].front() = 'y';
  dropped_ = true;
  const auto status = complete(Fault::When::kBefore);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, Code::kOutcomeUnknown);
  EXPECT_NE(status.error().reason.find("its content is another"), std::string::npos) << status.error().message();
}

TEST_F(SettledUpload, AnUploadThatIsThereIsCompletedBesideAnOldObject) {
  memory_->objects["k"] = std::string(content_.size(), 'o');
  EXPECT_TRUE(complete(Fault::When::kBefore).has_value());
  EXPECT_EQ(memory_->objects["k"], content_);
}

}  // namespace
}  // namespace seabed

#include "core/source/rocksdb/staged_view.h"

#include <fcntl.h>
#include <spdlog/fmt/fmt.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/quick_file_system.h"
#include "core/source/rocksdb/staged_layout.h"

namespace seabed::rocksdb_source {
namespace {

class RemoteFile final : public StagedFile {
 public:
  RemoteFile(std::shared_ptr<RemoteFiles> files, std::string name)
      : files_(std::move(files)), name_(std::move(name)) {}
  Result<size_t> read(uint64_t offset, std::span<char> buffer) const override {
    return files_->read(name_, offset, buffer);
  }

 private:
  const std::shared_ptr<RemoteFiles> files_;
  const std::string name_;
};

class LocalFile final : public StagedFile {
 public:
  LocalFile(Fd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Result<size_t> read(uint64_t offset, std::span<char> buffer) const override {
    return pread_full(fd_.get(), buffer, offset, path_);
  }

 private:
  const Fd fd_;
  const std::string path_;
};

class TextFile final : public StagedFile {
 public:
  explicit TextFile(std::string text) : text_(std::move(text)) {}
  Result<size_t> read(uint64_t offset, std::span<char> buffer) const override {
    const size_t n = offset < text_.size() ? std::min(buffer.size(), text_.size() - offset) : 0;
    if (n != 0) std::memcpy(buffer.data(), text_.data() + offset, n);
    return n;
  }

 private:
  const std::string text_;
};

Result<uint64_t> length_of(int directory, const std::string& name, const std::string& path) {
  struct stat st {};
  if (::fstatat(directory, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
    return fail_errno(path, "cannot be inspected", errno);
  if (!S_ISREG(st.st_mode)) return fail(Code::kConflict, path, "is no regular file", "restore again");
  return st.st_size;
}

}  // namespace

Result<std::unique_ptr<StagedView>> StagedView::open(const std::string& staged,
                                                     std::shared_ptr<RemoteFiles> files) {
  std::unique_ptr<StagedView> view(new StagedView());
  SEABED_TRY(const QuickLayout layout, read_quick_layout(staged));
  SEABED_TRY(const StagedState state, read_state(staged));
  SEABED_TRY(view->directory_, open_directory(staged));
  SEABED_TRY(const auto here, list_db_files(view->directory_.get(), staged));
  view->staged_ = staged;
  view->identity_ = fmt::format("{} {} {}\n", layout.manifest, state.from_incarnation, state.last_scn_hi);
  view->manifest_ = layout.manifest;
  view->files_ = std::move(files);
  for (const ListedFile& file : here) {
    if (!is_database_file(file.text) || file.name.kind == DbFileKind::kManifest) continue;
    SEABED_TRY(view->sizes_[file.text],
               length_of(view->directory_.get(), file.text, staged + "/" + file.text));
  }
  for (const auto& [name, size] : view->files_->sizes()) view->sizes_[name] = size;
  view->sizes_["CURRENT"] = layout.manifest.size() + 1;
  SEABED_TRY(view->sizes_[layout.manifest],
             length_of(view->directory_.get(), kStagedManifest, staged + "/" + kStagedManifest));
  return view;
}

Result<std::unique_ptr<StagedFile>> StagedView::open_file(const std::string& name) const {
  if (sizes_.count(name) == 0)
    return fail(Code::kNotFound, staged_ + "/" + name, "is no file of this tenant");
  if (name == "CURRENT") return std::make_unique<TextFile>(manifest_ + "\n");
  if (files_->sizes().count(name) != 0) return std::make_unique<RemoteFile>(files_, name);
  const std::string local = name == manifest_ ? kStagedManifest : name;
  SEABED_TRY(Fd fd, open_beneath(directory_.get(), local, O_RDONLY));
  return std::make_unique<LocalFile>(std::move(fd), staged_ + "/" + local);
}

}  // namespace seabed::rocksdb_source

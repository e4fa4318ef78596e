#include "core/source/rocksdb/quick_file_system.h"

#include <fcntl.h>

#include <cstring>
#include <functional>

#include "core/base/fd.h"
#include "core/source/rocksdb/db_files.h"
#include "core/source/rocksdb/manifest_reader.h"
#include "core/source/rocksdb/staged_layout.h"

namespace seabed::rocksdb_source {
namespace {

using namespace ::rocksdb;

IOStatus io_error(const Error& e) {
  return e.code == Code::kNotFound ? IOStatus::PathNotFound(e.message()) : IOStatus::IOError(e.message());
}

IOStatus read_only(const std::string& name) {
  return IOStatus::IOError(name, "a quick tenant is read only");
}

class RemoteRandomFile final : public FSRandomAccessFile {
 public:
  RemoteRandomFile(std::shared_ptr<RemoteFiles> files, std::string name)
      : files_(std::move(files)), name_(std::move(name)) {}
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    auto got = files_->read(name_, offset, {scratch, n});
    *result = Slice(scratch, got ? *got : 0);
    return got ? IOStatus::OK() : io_error(got.error());
  }
  size_t GetUniqueId(char*, size_t) const override { return 0; }

 private:
  const std::shared_ptr<RemoteFiles> files_;
  const std::string name_;
};

/// A remote file or a text, front to back.
class Sequential final : public FSSequentialFile {
 public:
  using Source = std::function<Result<size_t>(uint64_t, std::span<char>)>;
  explicit Sequential(Source source) : source_(std::move(source)) {}
  IOStatus Read(size_t n, const IOOptions&, Slice* result, char* scratch, IODebugContext*) override {
    auto got = source_(at_, {scratch, n});
    *result = Slice(scratch, got ? *got : 0);
    if (!got) return io_error(got.error());
    at_ += *got;
    return IOStatus::OK();
  }
  IOStatus Skip(uint64_t n) override {
    at_ += n;
    return IOStatus::OK();
  }

 private:
  Source source_;
  uint64_t at_ = 0;
};

class QuickFileSystem final : public FileSystemWrapper {
 public:
  QuickFileSystem(const std::string& staged, const std::string& manifest, std::shared_ptr<RemoteFiles> files)
      : FileSystemWrapper(FileSystem::Default()), staged_(staged), manifest_(manifest), files_(std::move(files)) {}
  const char* Name() const override { return "SeabedQuick"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions& o, std::unique_ptr<FSSequentialFile>* out,
                             IODebugContext* dbg) override {
    const std::string name = own(path);
    if (name == "CURRENT") {
      out->reset(new Sequential([text = manifest_ + "\n"](uint64_t at, std::span<char> b) -> Result<size_t> {
        const size_t n = at < text.size() ? std::min(b.size(), text.size() - at) : 0;
        if (n != 0) std::memcpy(b.data(), text.data() + at, n);
        return n;
      }));
      return IOStatus::OK();
    }
    if (!is_remote(name)) return target()->NewSequentialFile(local(path), o, out, dbg);
    out->reset(new Sequential([f = files_, name](uint64_t at, std::span<char> b) { return f->read(name, at, b); }));
    return IOStatus::OK();
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& o,
                               std::unique_ptr<FSRandomAccessFile>* out, IODebugContext* dbg) override {
    if (!is_remote(own(path))) return target()->NewRandomAccessFile(local(path), o, out, dbg);
    out->reset(new RemoteRandomFile(files_, own(path)));
    return IOStatus::OK();
  }
  IOStatus FileExists(const std::string& path, const IOOptions& o, IODebugContext* dbg) override {
    if (is_remote(own(path)) || own(path) == "CURRENT") return IOStatus::OK();
    return target()->FileExists(local(path), o, dbg);
  }
  IOStatus GetFileSize(const std::string& path, const IOOptions& o, uint64_t* size, IODebugContext* dbg) override {
    const std::string name = own(path);
    if (is_remote(name)) return *size = files_->sizes().at(name), IOStatus::OK();
    if (name == "CURRENT") return *size = manifest_.size() + 1, IOStatus::OK();
    return target()->GetFileSize(local(path), o, size, dbg);
  }
  IOStatus GetFileModificationTime(const std::string& path, const IOOptions& o, uint64_t* time,
                                   IODebugContext* dbg) override {
    if (is_remote(own(path)) || own(path) == "CURRENT") return *time = 0, IOStatus::OK();
    return target()->GetFileModificationTime(local(path), o, time, dbg);
  }
  IOStatus GetChildren(const std::string& dir, const IOOptions& o, std::vector<std::string>* out,
                       IODebugContext* dbg) override {
    if (dir != staged_ && dir != staged_ + "/") return target()->GetChildren(dir, o, out, dbg);
    std::vector<std::string> here;
    IOStatus s = target()->GetChildren(staged_, o, &here, dbg);
    if (!s.ok()) return s;
    out->clear();
    for (std::string& name : here)
      if (is_database_file(name)) out->push_back(std::move(name));
    for (const auto& [name, size] : files_->sizes()) out->push_back(name);
    out->push_back("CURRENT");
    out->push_back(manifest_);
    return s;
  }
  IOStatus NewWritableFile(const std::string& f, const FileOptions&, std::unique_ptr<FSWritableFile>*,
                           IODebugContext*) override {
    return read_only(f);
  }
  IOStatus ReopenWritableFile(const std::string& f, const FileOptions&, std::unique_ptr<FSWritableFile>*,
                              IODebugContext*) override {
    return read_only(f);
  }
  IOStatus DeleteFile(const std::string& f, const IOOptions&, IODebugContext*) override { return read_only(f); }
  IOStatus RenameFile(const std::string& f, const std::string&, const IOOptions&, IODebugContext*) override {
    return read_only(f);
  }
  IOStatus Truncate(const std::string& f, size_t, const IOOptions&, IODebugContext*) override { return read_only(f); }

 private:
  /// The name of a file directly in the directory; empty: something else.
  std::string own(const std::string& path) const {
    if (!path.starts_with(staged_)) return {};
    size_t at = staged_.size();
    while (at < path.size() && path[at] == '/') ++at;
    const std::string name = path.substr(at);
    return at == staged_.size() || name.find('/') != name.npos ? std::string() : name;
  }
  bool is_remote(const std::string& name) const { return files_->sizes().count(name) != 0; }
  std::string local(const std::string& path) const {
    return own(path) == manifest_ ? staged_ + "/" + kStagedManifest : path;
  }

  const std::string staged_, manifest_;
  const std::shared_ptr<RemoteFiles> files_;
};

}  // namespace

std::shared_ptr<FileSystem> make_quick_file_system(const std::string& staged, const std::string& manifest,
                                                   std::shared_ptr<RemoteFiles> files) {
  return std::make_shared<QuickFileSystem>(staged, manifest, std::move(files));
}

Result<QuickLayout> read_quick_layout(const std::string& staged) {
  SEABED_TRY(const StagedState state, read_state(staged));
  const auto named = parse_db_file_name(state.manifest);
  if (state.phase != StagedPhase::kStandby || !named || named->kind != DbFileKind::kManifest)
    return fail(Code::kConflict, staged, "is no finished standby", "restore again");
  SEABED_TRY(Fd directory, open_directory(staged));
  SEABED_TRY(Fd fd, open_beneath(directory.get(), kStagedManifest, O_RDONLY));
  auto reader = ManifestReader::of(std::move(fd), named->number, staged + "/" + kStagedManifest);
  SEABED_CHECK(reader->read_on());
  QuickLayout layout{state.manifest, {}};
  for (const auto& [id, family] : reader->version().families())
    layout.families.push_back({family.name, family.comparator});
  return layout;
}

}  // namespace seabed::rocksdb_source

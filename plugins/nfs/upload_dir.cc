#include "upload_dir.h"

#include <time.h>

#include <charconv>
#include <cstring>

#include "read_dir.h"

namespace seabed_nfs {

namespace {
struct IndexHeader {
  char magic[8] = {'S', 'B', 'N', 'F', 'S', 'U', 'P', '1'};
  uint64_t slot = 0;  // 0: not decided
  char reserved[48] = {};
};
static_assert(sizeof(IndexHeader) == 64);

int32_t none(Call& call) { return call.error.fail(SEABED_NOT_FOUND, "there is no such upload of it"); }

bool plausible(const std::string& id) {
  return id.size() > 2 && id.size() < 64 && id.starts_with("n-") &&
         id.find_first_not_of("0123456789abcdef", 2) == std::string::npos;
}

std::string now_text() {
  timespec ts{};
  clock_gettime(CLOCK_REALTIME, &ts);
  return std::to_string(static_cast<uint64_t>(ts.tv_sec) * 1'000'000'000u +
                        static_cast<uint64_t>(ts.tv_nsec));
}

int32_t write_small(Call& call, const Handle& file, uint64_t offset, const void* data, size_t size) {
  const seabed_buffer piece{data, size};
  Written written;
  if (const int32_t code = write_at(call, file, offset, Buffers(&piece, 1), true, &written)) return code;
  return settle(call, file, written);
}

int32_t make_file(Call& call, const Handle& dir, const char* name, Handle* out) {
  Found found;
  if (const Status status = create(call, dir, name, &found); status != NFS3_OK)
    return fail_write(call, status, "an upload cannot be made", dir, 0);
  *out = found.handle;
  return SEABED_OK;
}

int32_t find_file(Call& call, const Handle& dir, const char* name, Handle* out) {
  Found found;
  const Status status = lookup(call, dir, name, &found);
  if (status == NFS3ERR_NOENT || status == NFS3ERR_STALE) return none(call);
  if (status != NFS3_OK) return fail_status(call, status, "its upload cannot be opened");
  *out = found.handle;
  return SEABED_OK;
}

int32_t read_about(Call& call, Upload* out) {
  Handle about;
  if (const int32_t code = find_file(call, out->dir, "about", &about)) return code;
  std::string text(kMaxKey + 32, 0);
  size_t size = 0;
  if (const int32_t code = read_at(call, about, 0, text.data(), text.size(), &size)) return code;
  text.resize(size);
  const size_t line = text.find('\n');
  if (line == std::string::npos) return none(call);
  std::from_chars(text.data(), text.data() + line, out->started_ns);
  out->key = text.substr(line + 1);
  return SEABED_OK;
}

bool same_verifier(const UploadRecord& record, const std::string& verifier) {
  return verifier.size() == sizeof record.verifier &&
         std::memcmp(record.verifier, verifier.data(), verifier.size()) == 0;
}
}  // namespace

std::string part_file(uint32_t number) { return "x" + std::to_string(number); }

int32_t make_upload(Call& call, Directories& directories, const std::string& key, uint64_t slot,
                    std::string* id) {
  Upload made;
  if (const int32_t code = directories.open(call, kTempDir, true, &made.temp)) return code;
  *id = made.id = unique_name("n-");
  if (const int32_t code = directories.open(call, std::string(kTempDir) + "/" + made.id, true, &made.dir))
    return code;
  Handle about;
  int32_t code = make_file(call, made.dir, "data", &made.data);
  if (code == SEABED_OK) code = make_file(call, made.dir, "index", &made.index);
  IndexHeader header;
  header.slot = slot;
  if (code == SEABED_OK) code = write_small(call, made.index, 0, &header, sizeof header);
  const std::string text = now_text() + "\n" + key;
  if (code == SEABED_OK) code = make_file(call, made.dir, "about", &about);
  if (code == SEABED_OK) code = write_small(call, about, 0, text.data(), text.size());
  if (code != SEABED_OK) destroy_upload(call, directories, made);
  return code;
}

int32_t find_upload(Call& call, Directories& directories, const std::string& id, const char* key,
                    Upload* out) {
  if (!plausible(id)) return none(call);
  out->id = id;
  int32_t code = directories.open(call, kTempDir, false, &out->temp);
  if (code == SEABED_OK) code = directories.open(call, std::string(kTempDir) + "/" + id, false, &out->dir);
  if (code == SEABED_OK) code = read_about(call, out);
  if (code == SEABED_OK) code = find_file(call, out->dir, "index", &out->index);
  if (code == SEABED_OK) code = find_file(call, out->dir, "data", &out->data);  // not there: published
  if (code == SEABED_NOT_FOUND) return none(call);
  if (code != SEABED_OK) return code;
  return key == nullptr || out->key == key ? int32_t{SEABED_OK} : none(call);
}

int32_t upload_slot(Call& call, const Upload& upload, UploadSlots& slots, uint64_t proposal, uint64_t* out) {
  std::lock_guard lock(slots.mutex());
  uint64_t& known = slots.sizes()[upload.id];
  if (known == 0) {
    IndexHeader header;
    const IndexHeader wanted;
    size_t size = 0;
    if (const int32_t code = read_at(call, upload.index, 0, &header, sizeof header, &size)) return code;
    if (size != sizeof header || std::memcmp(header.magic, wanted.magic, sizeof wanted.magic) != 0)
      return call.error.fail(SEABED_CORRUPTION, "its upload is broken");
    if (header.slot == 0 && proposal != 0) {
      header.slot = proposal;
      if (const int32_t code = write_small(call, upload.index, 0, &header, sizeof header)) return code;
    }
    known = header.slot;
  }
  *out = known;
  return SEABED_OK;
}

int32_t write_record(Call& call, const Upload& upload, const UploadRecord& from,
                     const std::string& verifier) {
  UploadRecord record = from;
  std::memcpy(record.verifier, verifier.data(), std::min(verifier.size(), sizeof record.verifier));
  const seabed_buffer piece{&record, sizeof record};
  Written written;
  const uint64_t offset = sizeof(IndexHeader) + uint64_t{record.number - 1} * sizeof record;
  return write_at(call, upload.index, offset, Buffers(&piece, 1), false, &written);
}

int32_t read_records(Call& call, const Upload& upload, std::vector<UploadRecord>* out) {
  std::string data_verifier, verifier;
  Status status = commit(call, upload.data, &data_verifier);
  std::vector<UploadRecord> all(kMaxParts);
  size_t size = 0;
  if (status == NFS3_OK) {
    const int32_t code =
        read_at(call, upload.index, sizeof(IndexHeader), all.data(), all.size() * sizeof all[0], &size);
    if (code != SEABED_OK) return code;
  }
  all.resize(size / sizeof(UploadRecord));
  for (size_t i = 0; i < all.size() && status == NFS3_OK; ++i) {
    const UploadRecord& record = all[i];
    if (record.number != i + 1 || !same_verifier(record, data_verifier)) continue;
    if (record.apart != 0) {
      Found apart;
      if (lookup(call, upload.dir, part_file(record.number), &apart) != NFS3_OK) continue;
      status = commit(call, apart.handle, &verifier);
      if (status != NFS3_OK || verifier != data_verifier) continue;
    }
    out->push_back(record);
  }
  return fail_write(call, status, "its parts cannot be made durable", upload.dir, 0);
}

void destroy_upload(Call& call, Directories& directories, const Upload& upload) {
  seabed_error unused{};
  unused.struct_size = sizeof unused;
  Error quiet(&unused);
  Call last{call.connection, call.context, quiet};
  remove_file(last, upload.dir, "about");  // first: without it the rest is no upload any more
  std::vector<DirEntry> entries;
  if (read_dir(last, upload.dir, &entries) != SEABED_OK) return;
  for (const DirEntry& entry : entries) remove_file(last, upload.dir, entry.name);
  remove_dir(last, upload.temp, upload.id);
  directories.forget();
}

void remove_if_dead(Call& call, Directories& directories, const std::string& id) {
  Upload found;
  if (find_upload(call, directories, id, nullptr, &found) == SEABED_NOT_FOUND && !found.dir.empty())
    destroy_upload(call, directories, found);
}

}  // namespace seabed_nfs

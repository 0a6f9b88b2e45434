"""Turns the package's `lean.js` into one that starts fast, reads pipes and stays locked in.

Each change names the text that it expects; one that does not find it stops the preparation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from prover.errors import SetupError
from prover.lean.embedded import wasm

HOST = Path(__file__).with_name("host") / "host.js"


@dataclass(frozen=True)
class Patch:
    """Puts `new` in the place of the text from `old` to the end of the first `until` after it."""

    reason: str
    old: str
    new: str
    until: str = ""

    def apply(self, script: bytes) -> bytes:
        """The script with the change made. Raises `SetupError` unless it fits once."""
        old, until = self.old.encode(), self.until.encode()
        start = script.find(old)
        stop = script.find(until, start + len(old)) + len(until)
        if start < 0 or stop < start + len(old) or script.find(old, start + 1) >= 0:
            raise unexpected(self.reason)
        return script[:start] + self.new.encode() + script[stop:]


def unexpected(what: str) -> SetupError:
    """The package is not the one that the changes were made for."""
    return SetupError(
        f"lean.js of the Lean package is not as expected: cannot change {what}",
        "Install the version of the prover that goes with this package.",
    )


def in_thread(function: str, body: str) -> Patch:
    """Lets a thread answer a file call itself where `body` returns."""
    head = f"function {function}{{if(ENVIRONMENT_IS_PTHREAD)"
    return Patch(
        f"the file calls of threads ({function})",
        head,
        f"function {function}{{if(ENVIRONMENT_IS_PTHREAD){{{body}}}if(ENVIRONMENT_IS_PTHREAD)",
    )


PATCHES = (
    Patch(
        "the look-up of symbols",
        "var __dlsym_js=(handle,symbol,symbolIndex)=>{",
        "var __dlsym_js=(handle,symbol,symbolIndex)=>Host.address(UTF8ToString(symbol));",
        until="return result};",
    ),
    Patch(
        "the addresses of functions",
        'rtn=GOT[symName]=new WebAssembly.Global({value:"i32",mutable:true},-1)',
        'rtn=GOT[symName]=new WebAssembly.Global({value:"i32",mutable:true},'
        "Host.address(symName)||-1)",
    ),
    Patch("the update of addresses", "updateGOT(origExports);LDSO.init();", "LDSO.init();"),
    Patch("the walk of the table", "updateTableMap(0,wasmTable.length)", ""),
    Patch(
        "the machine code",
        "await WebAssembly.instantiate(binary,imports)",
        "await Host.instantiate(binary,imports)",
    ),
    Patch("the number of threads", "var pthreadPoolSize=4;", "var pthreadPoolSize=1;"),
    Patch(
        "the stack of threads",
        'new Worker(pthreadMainJs,{workerData:"em-pthread",name:"em-pthread"})',
        'new Worker(pthreadMainJs,{workerData:"em-pthread",name:"em-pthread",'
        "resourceLimits:{stackSizeMb:Host.THREAD_STACK_MIB}})",
    ),
    Patch(
        "the stack of the main thread in Lean's memory",
        "function callMain(args=[]){",
        "function callMain(args=[]){var bottom=_emscripten_builtin_memalign(16,Host.STACK_BYTES),"
        "top=bottom+Host.STACK_BYTES;_emscripten_stack_set_limits(top,bottom);stackRestore(top);",
    ),
    Patch(
        "standard input",
        "read(stream,buffer,offset,length,pos){if(!stream.tty||",
        "read(stream,buffer,offset,length,pos){if(stream.tty)"
        "return Host.read(buffer,offset,length);if(!stream.tty||",
    ),
    Patch(
        "standard output",
        "write(stream,buffer,offset,length,pos){if(!stream.tty||",
        "write(stream,buffer,offset,length,pos){if(stream.tty)return Host.write("
        "stream.tty.ops===TTY.default_tty1_ops?2:1,buffer,offset,length);if(!stream.tty||",
    ),
    Patch(
        "the folders that Lean sees",
        'var lean_path=process.env["LEAN_PATH"];',
        "Host.mount(FS,NODEFS,ENV)",
        until="FS.chdir(cwd)",
    ),
    Patch("the path of the program", "path=__filename}else{", 'path="/bin/lean"}else{'),
    Patch("the flags of files", 'process.binding("constants")["fs"]', "fs.constants"),
    # What Node denies would have no number, and pass for a success.
    Patch(
        "the errors of files",
        "convertNodeCode(e){var code=e.code;return ERRNO_CODES[code]}",
        "convertNodeCode(e){return ERRNO_CODES[e.code]??ERRNO_CODES.EACCES}",
    ),
    in_thread(
        "___syscall_stat64(path,buf)",
        "var own=Host.files.stat(UTF8ToString(path),found=>SYSCALLS.writeStat(buf,found));"
        "if(own!==undefined)return own",
    ),
    in_thread(
        "___syscall_openat(dirfd,path,flags,varargs)",
        "var own=Host.files.open(UTF8ToString(path),flags);if(own!==undefined)return own",
    ),
    in_thread(
        "___syscall_fstat64(fd,buf)",
        "var own=Host.files.fstat(fd,found=>SYSCALLS.writeStat(buf,found));"
        "if(own!==undefined)return own",
    ),
    in_thread(
        "_fd_read(fd,iov,iovcnt,pnum)",
        "if(Host.files.has(fd)){var heap=(growMemViews(),HEAPU32),views=[];"
        "for(var i=0;i<iovcnt;i++)"
        "views.push(new Uint8Array(heap.buffer,heap[(iov>>2)+2*i],heap[(iov>>2)+2*i+1]));"
        "heap[pnum>>2]=Host.files.read(fd,views);return 0}",
    ),
    in_thread(
        "_fd_seek(fd,offset,whence,newOffset)",
        "if(Host.files.has(fd)){(growMemViews(),HEAP64)[newOffset>>3]="
        "BigInt(Host.files.seek(fd,Number(offset),whence));return 0}",
    ),
    in_thread("_fd_close(fd)", "var own=Host.files.close(fd);if(own!==undefined)return own"),
)

FEWEST_EXPORTS = 1000
"""With fewer, what was found is not the list of exports."""
IDENTIFIER = re.compile(rb"[A-Za-z_$][\w$]*")
EXPORT = re.compile(rb'wasmExports\["([^"]+)"\]')
BY_NAME = (b"__main_argc_argv", b"__THREW__", b"__threwValue", b"_mi_heap_default")
"""Exports that the script reaches without saying so: the start, and the thread's own variables."""
ASSIGNMENT = re.compile(rb'([\w$]+)=Module\["[\w$]+"\]=wasmExports\[')


def drop_unused_exports(script: bytes) -> bytes:
    """Drops the variables, one for each function of Lean, that nothing reads: 87 of 89 MB."""
    head, body, tail = _split(script, b"function assignWasmExports(wasmExports){", b"}var ")
    first = head.rfind(b";var ") + len(b";var ")
    declared = head[first:].removesuffix(b";").split(b",")
    if len(declared) < FEWEST_EXPORTS:
        raise unexpected("the exports")
    used = set(IDENTIFIER.findall(head[:first])) | set(IDENTIFIER.findall(tail))
    statements = [(ASSIGNMENT.match(statement), statement) for statement in body.split(b";")]
    dropped = {match[1] for match, _ in statements if match and match[1] not in used}
    kept = b";".join(
        statement for match, statement in statements if not (match and match[1] in dropped)
    )
    names = b",".join(name for name in declared if name not in dropped)
    return b"".join((head[:first], names, b";function assignWasmExports(wasmExports){", kept, tail))


def _split(script: bytes, start: bytes, stop: bytes) -> tuple[bytes, bytes, bytes]:
    """What lies before `start`, between the two, and from `stop` on."""
    begin = script.find(start)
    end = script.find(stop, begin)
    if begin < 0 or end < 0:
        raise unexpected("the exports")
    return script[:begin], script[begin + len(start) : end], script[end:]


def patched(script: bytes) -> bytes:
    """The `lean.js` to run, out of the package's. Raises `SetupError`."""
    script = drop_unused_exports(script)
    for change in PATCHES:
        script = change.apply(script)
    return HOST.read_bytes() + script


def prepare(folder: Path) -> None:
    """Prepares the package unpacked in the folder. Raises `SetupError`."""
    script, module = folder / "lean.js", folder / "lean.wasm"
    text = patched(script.read_bytes())
    script.write_bytes(text)
    kept = {*EXPORT.findall(text), *BY_NAME}
    original = module.read_bytes()
    with module.open("wb") as file:
        addresses = wasm.trim_exports(original, kept, file)
    lines = (b"%b %d\n" % item for item in sorted(addresses.items()))
    (folder / "symbols").write_bytes(b"".join(lines))


def fingerprint() -> bytes:
    """Differs when the preparation does."""
    return b"".join(Path(file).read_bytes() for file in (__file__, wasm.__file__, HOST))

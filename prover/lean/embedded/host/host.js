// What Lean sees of the machine: two folders, read-only unless Node was given leave to write, and
// its three standard streams. `js_patch.py` puts this in front of the package's lean.js, in whose
// scope it runs, once in the main thread and once in each of Lean's threads.
var Host = (() => {
  const fs = require("fs");
  const path = require("path");
  const ROOTS = { "/lean": process.env.LEAN_LIBRARY, "/work": process.env.LEAN_WORK };
  const THREAD_STACK_MIB = 256;
  // Of the main thread, in Lean's own memory. The build's is so small that it overflows, which ends
  // the process, before Lean's limits on recursion are reached.
  const STACK_BYTES = 128 * 2 ** 20;
  // Above every descriptor that the main thread hands out.
  const FIRST_OWN_DESCRIPTOR = 100000;
  const ENOENT = 44, EACCES = 2;
  const EMPTY = Buffer.alloc(0);

  // The build traces its own start with console.log; Lean's output never goes there.
  console.log = () => {};

  const pause = new Int32Array(new SharedArrayBuffer(4));

  // Calls until it succeeds: the other end may have made the pipe non-blocking.
  function patiently(call) {
    for (;;) {
      try {
        return call();
      } catch (error) {
        if (error.code !== "EAGAIN") throw error;
        Atomics.wait(pause, 0, 0, 2);
      }
    }
  }

  // Standard input. Reads the descriptor itself, as `process.stdin` makes the pipe non-blocking.
  function read(buffer, offset, length) {
    try {
      return patiently(() => fs.readSync(0, buffer, offset, length, null));
    } catch {
      return 0;
    }
  }

  function write(descriptor, buffer, offset, length) {
    for (let done = 0; done < length; ) {
      done += patiently(() => fs.writeSync(descriptor, buffer, offset + done, length - done));
    }
    return length;
  }

  // The address of compiled code: of a function, its slot in the function table; 0 if there is none
  // of this name. The file has a line "name address" for each, sorted by the bytes of the name.
  let symbols;
  function address(name) {
    symbols ??= fs.readFileSync(path.join(__dirname, "symbols"));
    const wanted = Buffer.from(name + " ");
    let low = 0, high = symbols.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const start = middle === low ? low : symbols.lastIndexOf(10, middle - 1) + 1;
      const end = symbols.indexOf(10, start);
      const space = symbols.indexOf(32, start);
      const order = symbols.compare(wanted, 0, wanted.length, start, space + 1);
      if (order === 0) return Number(symbols.toString("latin1", space + 1, end));
      if (order < 0) low = end + 1;
      else high = start;
    }
    return 0;
  }

  // A function of V8's own, which only text that is read under this flag can name.
  function native(parameters, call) {
    const v8 = require("v8");
    v8.setFlagsFromString("--allow-natives-syntax");
    try {
      return new Function(...parameters, "return " + call);
    } finally {
      v8.setFlagsFromString("--no-allow-natives-syntax");
    }
  }

  // The module with the machine code of an earlier process, or undefined: there is none, or it was
  // made by another Node, with other flags, or for another processor.
  function remembered(binary) {
    try {
      const code = new Uint8Array(fs.readFileSync(process.env.LEAN_CODE)).buffer;
      return native(["code", "binary"], "%DeserializeWasmModule(code, binary)")(code, binary);
    } catch {
      return undefined;
    }
  }

  // Only optimised code is kept: of a function that has none yet, code would be made anew in each
  // process that starts, called or not, unless its first code is dropped here.
  function keep(module) {
    try {
      native([], "%FlushLiftoffCode()")();
      const code = native(["module"], "%SerializeWasmModule(module)")(module);
      fs.writeFileSync(process.env.LEAN_KEEP_CODE, new Uint8Array(code));
    } catch {
      // This Node has no such functions. All goes on as without them.
    }
  }

  async function instantiate(binary, imports) {
    const module = remembered(binary) ?? (await WebAssembly.compile(binary));
    if (process.env.LEAN_KEEP_CODE) process.on("exit", () => keep(module));
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  }

  function mount(FS, NODEFS, ENV) {
    for (const [inside, outside] of Object.entries(ROOTS)) {
      FS.mkdir(inside);
      FS.mount(NODEFS, { root: outside }, inside);
    }
    FS.mkdir("/bin");
    FS.writeFile("/bin/lean", EMPTY);
    FS.chdir("/work");
    ENV["LEAN_PATH"] = "/lean:/work";
    // The build is instrumented and writes a profile when it ends; that may go nowhere.
    ENV["LLVM_PROFILE_FILE"] = "/tmp/profile";
  }

  // Lean's threads send their file calls to the main thread, about a millisecond each, and opening
  // a module takes nine. Those that only read below the roots are done in the thread itself.
  const open = new Map();
  let next = FIRST_OWN_DESCRIPTOR;

  function outside(inside) {
    const clean = path.posix.resolve("/work", inside);
    for (const [root, folder] of Object.entries(ROOTS)) {
      if (clean.startsWith(root + "/")) return folder + clean.slice(root.length);
    }
    return undefined;
  }

  const errno = (error) => (error.code === "ENOENT" ? ENOENT : EACCES);

  const files = {
    // Each gives `undefined` for what it leaves to the main thread.
    stat(inside, put) {
      const file = outside(inside);
      if (file === undefined) return undefined;
      try {
        put(fs.statSync(file));
        return 0;
      } catch (error) {
        return -errno(error);
      }
    },
    open(inside, flags) {
      const file = flags & 3 ? undefined : outside(inside);
      if (file === undefined) return undefined;
      try {
        open.set(next, { descriptor: fs.openSync(file, "r"), position: 0 });
        return next++;
      } catch (error) {
        return -errno(error);
      }
    },
    fstat(own, put) {
      if (!open.has(own)) return undefined;
      put(fs.fstatSync(open.get(own).descriptor));
      return 0;
    },
    read(own, views) {
      const file = open.get(own);
      let total = 0;
      for (const view of views) {
        const got = fs.readSync(file.descriptor, view, 0, view.length, file.position);
        file.position += got;
        total += got;
        if (got < view.length) break;
      }
      return total;
    },
    seek(own, offset, whence) {
      const file = open.get(own);
      const base = [0, file.position, whence === 2 ? fs.fstatSync(file.descriptor).size : 0];
      return (file.position = base[whence] + offset);
    },
    close(own) {
      if (!open.has(own)) return undefined;
      fs.closeSync(open.get(own).descriptor);
      open.delete(own);
      return 0;
    },
    has: (own) => open.has(own),
  };

  return { read, write, address, instantiate, mount, files, THREAD_STACK_MIB, STACK_BYTES };
})();

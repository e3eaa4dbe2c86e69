// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import static io.overlane.ebpf.kernel.BpfCall.DATA;

import io.overlane.ebpf.assembler.Code;
import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.Descriptor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** A program that the kernel has verified and compiled. It runs where a {@link BpfLink} attaches it. */
public final class BpfProgram implements AutoCloseable
{
    /** Not one of the kernel's; so a program may only call helpers that are open to all. */
    private static final String LICENCE = "Apache-2.0";
    private static final int LICENCE_SIZE = 16;

    /** Room for the end of the verifier's log, which can be longer. */
    static final int LOG_SIZE = 256 * 1024;
    /** Lines of the log in the message: the last states and what was wrong. */
    private static final int LOG_LINES = 30;

    /** Kinds of programs. */
    public enum Kind
    {
        /** For frames at the traffic control of a device. */
        TC(3, 0),

        /** For frames in the driver of a device, before the kernel has them; a frame may be in several pieces. */
        XDP(6, 1 << 5);

        private final int number;
        private final int flags;

        Kind(final int number, final int flags)
        {
            this.number = number;
            this.flags = flags;
        }
    }

    private final String name;
    private final Kind kind;
    private final Code code;
    private final Descriptor descriptor;

    private BpfProgram(final String name, final Kind kind, final Code code, final int fd)
    {
        this.name = name;
        this.kind = kind;
        this.code = code;
        descriptor = new Descriptor(fd);
    }

    /**
     * @param name for people; at most 15 letters, digits and "_".
     * @param maps by the names that the code has for them; the kernel keeps them as long as the program.
     * @throws BpfException if the kernel refuses it. If the verifier did, the first line of the message says why, and
     *                      the end of its log follows; its numbers are those of the listing of the code.
     */
    public static BpfProgram load(
        final Kind kind, final String name, final Code code, final Map<String, BpfMap> maps) throws BpfException
    {
        final int fd = request(kind, name, code, maps, 0).call(BpfCall.PROG_LOAD, BpfCall.PROG_LOAD_SIZE);
        if (fd >= 0)
        {
            return new BpfProgram(name, kind, code, fd);
        }
        // The log costs time, so the kernel writes it only when it is needed.
        final BpfCall again = request(kind, name, code, maps, LOG_SIZE);
        final int loggedFd = again.call(BpfCall.PROG_LOAD, BpfCall.PROG_LOAD_SIZE);
        if (loggedFd >= 0)
        {
            return new BpfProgram(name, kind, code, loggedFd);
        }
        throw refusal(name, -loggedFd, log(again.memory()));
    }

    private static int descriptorOf(final String map, final Map<String, BpfMap> maps)
    {
        final BpfMap found = maps.get(map);
        if (found == null)
        {
            throw new IllegalArgumentException("the program uses map '" + map + "'; give it one of " + maps.keySet());
        }
        return found.fd();
    }

    static BpfCall request(
        final Kind kind, final String name, final Code code, final Map<String, BpfMap> maps, final int logSize)
    {
        final long[] words = code.words(map -> descriptorOf(map, maps));
        final int start = DATA + LICENCE_SIZE;
        final int log = start + words.length * Long.BYTES;
        final BpfCall call = new BpfCall(log + logSize - DATA)
            .putInt(0, kind.number)
            .putInt(4, words.length)
            .putPointer(8, start)
            .putPointer(16, DATA)
            .putInt(44, kind.flags)
            .putName(48, name);
        call.memory().putStringWithoutLengthAscii(DATA, LICENCE);
        for (int i = 0; i < words.length; i++)
        {
            call.memory().putLong(start + i * Long.BYTES, words[i]);
        }
        return logSize == 0 ? call : call.putInt(24, 1).putInt(28, logSize).putPointer(32, log);
    }

    static String log(final MemoryBuffer memory)
    {
        final byte[] bytes = new byte[LOG_SIZE];
        memory.getBytes(memory.capacity() - LOG_SIZE, bytes);
        final String text = new String(bytes, StandardCharsets.US_ASCII);
        return text.substring(0, text.indexOf('\0')).strip();
    }

    private static BpfException refusal(final String name, final int errno, final String log)
    {
        final String failure = "the kernel refuses BPF program '" + name + "'";
        if (log.isEmpty())
        {
            return BpfException.of(errno, failure);
        }
        final List<String> lines = log.lines().filter(line -> !line.startsWith("processed ")).toList();
        final String cause = lines.isEmpty() ? log : lines.get(lines.size() - 1);
        final List<String> end = lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
        return new BpfException(BpfException.Reason.REFUSED,
            failure + ": " + cause + "\nThe end of the verifier's log:\n" + String.join("\n", end));
    }

    /** @return its name in messages. */
    public String name()
    {
        return name;
    }

    /** @return what was loaded, for a listing. */
    public Code code()
    {
        return code;
    }

    /** @return its number in the kernel, which {@code bpftool} shows, too; 0 if it is closed. */
    public int id()
    {
        return descriptor.isClosed() ? 0 : BpfCall.id(descriptor.fd());
    }

    Kind kind()
    {
        return kind;
    }

    int fd()
    {
        return descriptor.fd();
    }

    /** The program stays in the kernel as long as a link attaches it. Closing twice does no harm. */
    @Override
    public void close()
    {
        descriptor.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import static io.overlane.ebpf.kernel.BpfCall.DATA;

import io.overlane.ebpf.assembler.Code;
import io.overlane.tun.libc.LibC;
import java.util.Map;


/** Runs a program in the kernel on a frame, without a device (BPF_PROG_TEST_RUN). */
public final class ProgramRun
{
    private static final int PROG_TEST_RUN = 10;
    private static final int SIZE = 80;
    private static final int ROOM = 70_000;
    // struct __sk_buff
    private static final int CONTEXT_SIZE = 192;
    private static final int IFINDEX_OFFSET = 40;
    private static final int GSO_SIZE_OFFSET = 176;

    private final BpfProgram program;
    private final BpfCall call = new BpfCall(2 * ROOM + CONTEXT_SIZE);

    /** @param program of either kind. */
    public ProgramRun(final BpfProgram program)
    {
        this.program = program;
    }

    /**
     * @param frame   with its Ethernet header.
     * @param ifindex of the device that sends or receives it.
     * @param gsoSize bytes of each segment of a super-frame; 0 if it is none.
     * @return the result of the program.
     * @throws BpfException if the kernel refuses the frame.
     */
    public int run(final byte[] frame, final int ifindex, final int gsoSize) throws BpfException
    {
        call.memory().putInt(DATA + 2 * ROOM + IFINDEX_OFFSET, ifindex);
        call.memory().putInt(DATA + 2 * ROOM + GSO_SIZE_OFFSET, gsoSize);
        return run(frame, CONTEXT_SIZE);
    }

    /** The same for a program in a driver, on the loopback device. */
    public int run(final byte[] frame) throws BpfException
    {
        return run(frame, 0);
    }

    private int run(final byte[] frame, final int contextSize) throws BpfException
    {
        call.memory().putBytes(DATA, frame);
        call.putInt(0, program.fd())
            .putInt(8, frame.length)
            .putInt(12, ROOM)
            .putPointer(16, DATA)
            .putPointer(24, DATA + ROOM)
            .putInt(32, 1)
            .putInt(40, contextSize)
            .putPointer(48, DATA + 2 * ROOM);
        if (contextSize == 0)
        {
            call.memory().putLong(48, 0);
        }
        final int result = call.call(PROG_TEST_RUN, SIZE);
        if (result < 0)
        {
            throw BpfException.of(-result, "cannot run '" + program.name() + "' on " + frame.length + " bytes");
        }
        return call.memory().getInt(4);
    }

    /** @return the frame after the last run; behind the metadata, if the program made any. */
    public byte[] frame()
    {
        final byte[] frame = new byte[call.memory().getInt(12)];
        call.memory().getBytes(DATA + ROOM, frame);
        return frame;
    }

    /** What the verifier writes about each instruction of a program that it accepts. */
    static String verifierLog(
        final BpfProgram.Kind kind, final Code code, final Map<String, BpfMap> maps) throws BpfException
    {
        final BpfCall call = BpfProgram.request(kind, "logged", code, maps, BpfProgram.LOG_SIZE).putInt(24, 2);
        final int fd = call.call(BpfCall.PROG_LOAD, BpfCall.PROG_LOAD_SIZE);
        if (fd < 0)
        {
            throw BpfException.of(-fd, "cannot load a program for its log");
        }
        LibC.close(fd);
        return BpfProgram.log(call.memory());
    }
}

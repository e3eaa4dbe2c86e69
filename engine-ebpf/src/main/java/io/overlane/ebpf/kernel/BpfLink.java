// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.Linux;

/**
 * A program at a network device. The kernel detaches it when the link is closed, when the process ends, however it
 * ends, and when the device goes.
 */
public final class BpfLink implements AutoCloseable
{
    private final BpfProgram program;
    private final Hook hook;
    private final int ifindex;
    private final String device;
    private final Descriptor descriptor;

    /** Places where a program runs. */
    public enum Hook
    {
        /** Frames that the device received, before the network stack gets them; after the programs that are there. */
        TC_INGRESS(
            "tcx/ingress",
            46,
            0,
            BpfProgram.Kind.TC,
            BpfSupport.LINKS_SINCE,
            "the traffic control of frames received on"),

        /** Frames that the device sends, before its queue; after the programs that are there. */
        TC_EGRESS(
            "tcx/egress", 47, 0, BpfProgram.Kind.TC, BpfSupport.LINKS_SINCE, "the traffic control of frames sent on"),

        /** Frames in the driver of the device. A device has one program there at most. */
        XDP_DRIVER("xdp", 37, 1 << 2, BpfProgram.Kind.XDP, "5.9", "the driver of"),

        /** The same without the driver's help; slower, and on each device. */
        XDP_GENERIC("xdpgeneric", 37, 1 << 1, BpfProgram.Kind.XDP, "5.9", "generic XDP of");

        private final String label;
        private final int attachType;
        private final int flags;
        private final BpfProgram.Kind kind;
        private final String since;
        private final String place;

        Hook(
            final String label,
            final int attachType,
            final int flags,
            final BpfProgram.Kind kind,
            final String since,
            final String place)
        {
            this.label = label;
            this.attachType = attachType;
            this.flags = flags;
            this.kind = kind;
            this.since = since;
            this.place = place;
        }

        /** @return its name, as {@code bpftool net} has it. */
        @Override
        public String toString()
        {
            return label;
        }
    }

    private BpfLink(
        final BpfProgram program, final Hook hook, final int ifindex, final String device, final int fd)
    {
        this.program = program;
        this.hook = hook;
        this.ifindex = ifindex;
        this.device = device;
        descriptor = new Descriptor(fd);
    }

    /**
     * @param ifindex number of the device, in the network namespace of the calling thread.
     * @param device  its name, for messages.
     * @throws BpfException             if the kernel refuses it, also one that is too old.
     * @throws IllegalArgumentException if the program is not of the kind that runs there.
     */
    public static BpfLink attach(
        final BpfProgram program, final Hook hook, final int ifindex, final String device) throws BpfException
    {
        if (program.kind() != hook.kind)
        {
            throw new IllegalArgumentException("program '" + program.name() + "' is for " + program.kind() + ", and " +
                hook.name() + " takes " + hook.kind);
        }
        final int fd = new BpfCall(0)
            .putInt(0, program.fd())
            .putInt(4, ifindex)
            .putInt(8, hook.attachType)
            .putInt(12, hook.flags)
            .call(BpfCall.LINK_CREATE, BpfCall.LINK_CREATE_SIZE);
        if (fd >= 0)
        {
            return new BpfLink(program, hook, ifindex, device, fd);
        }
        final String failure =
            "cannot attach BPF program '" + program.name() + "' to " + hook.place + " '" + device + "'";
        throw refusal(failure, -fd, hook.since, KernelRelease.text());
    }

    /** @param since the first release that has such links. */
    static BpfException refusal(final String failure, final int errno, final String since, final String release)
    {
        return errno == Linux.EINVAL && KernelRelease.isBefore(release, since) ?
            new BpfException(BpfException.Reason.NOT_SUPPORTED,
                failure + ": this needs Linux " + since + " or later, and the kernel is " + release) :
            BpfException.of(errno, failure);
    }

    /** @return the program that runs there. */
    public BpfProgram program()
    {
        return program;
    }

    /** @return where it runs at the device. */
    public Hook hook()
    {
        return hook;
    }

    /** @return number of the device. */
    public int ifindex()
    {
        return ifindex;
    }

    /** @return name that the device had. */
    public String device()
    {
        return device;
    }

    /** @return its number in the kernel, which {@code bpftool} shows, too; 0 if it is closed. */
    public int id()
    {
        return descriptor.isClosed() ? 0 : BpfCall.id(descriptor.fd());
    }

    /** Detach the program. Closing twice does no harm. */
    @Override
    public void close()
    {
        descriptor.close();
    }
}

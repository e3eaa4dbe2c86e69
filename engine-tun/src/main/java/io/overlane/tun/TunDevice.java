// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static io.overlane.tun.libc.Linux.EACCES;
import static io.overlane.tun.libc.Linux.EBUSY;
import static io.overlane.tun.libc.Linux.EINVAL;
import static io.overlane.tun.libc.Linux.ENODEV;
import static io.overlane.tun.libc.Linux.ENOENT;
import static io.overlane.tun.libc.Linux.ENXIO;
import static io.overlane.tun.libc.Linux.EPERM;
import static io.overlane.tun.libc.Linux.IFF_TAP;
import static io.overlane.tun.libc.Linux.IFF_TUN_EXCL;
import static io.overlane.tun.libc.Linux.IFF_VNET_HDR;

import io.overlane.address.MacAddress;
import io.overlane.tun.TunException.Reason;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A TAP or TUN device, or one queue of it: the descriptor frames are read from and written to, and the settings of
 * the interface behind it.
 *
 * <p>Closing gives the descriptor back, at the latest when a thread that waits on it has been woken; with the last
 * descriptor the kernel removes a device that is not persistent. Whatever fails while a device is opened, none stays
 * behind.
 *
 * <p>The settings are those of the interface of that name in the network namespace of this process, so a device
 * adopted from another namespace has frames but no settings.
 */
public final class TunDevice implements AutoCloseable
{
    private static final String NODE = "/dev/net/tun";
    private static final String OWN_NAMESPACE =
        "a namespace of one's own (unshare --user --map-root-user --net)";

    private final Descriptor descriptor;
    private final String name;
    private final TunKind kind;
    private final int vnetHeaderLength;
    private final TunOffload offload;
    private final NetworkLink link;

    private TunDevice(
        final int fd,
        final String name,
        final TunKind kind,
        final int vnetHeaderLength,
        final TunOffload offload)
    {
        this.offload = offload;
        this.descriptor = new Descriptor(fd);
        this.name = name;
        this.kind = kind;
        this.vnetHeaderLength = vnetHeaderLength;
        this.link = new NetworkLink(name);
    }

    /**
     * Make a new device. It is down, and has a random MAC address if it is a TAP.
     *
     * @throws TunException if there is an interface of that name, or none can be made.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public static TunDevice create(final TunOptions options) throws TunException
    {
        return open(options, IFF_TUN_EXCL);
    }

    /**
     * Take over a persistent device that nobody uses, or a further queue of a multi-queue device.
     *
     * @param options its name, kind and queue mode; the vnet header and offload are set as they say.
     * @throws TunException if there is no such device, or it is in use or of another kind.
     * @throws IllegalArgumentException if the name is a pattern.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public static TunDevice attach(final TunOptions options) throws TunException
    {
        if (options.isPattern())
        {
            throw new IllegalArgumentException("interface name '" + options.name() + "': a pattern names no device");
        }
        if (new NetworkLink(options.name()).index() == 0)
        {
            throw new TunException(Reason.NO_SUCH_DEVICE, "there is no interface '" + options.name() + "'");
        }
        return open(options, 0);
    }

    /**
     * Take over an open descriptor of a device, inherited or received from another process; it is made non-blocking. It
     * must have been opened with IFF_NO_PI: the kernel does not tell, its answer has that bit in another meaning
     * (IFF_NOFILTER).
     *
     * @param fd      the descriptor, the device's from now on; still the caller's if this throws.
     * @param offload what the kernel may leave undone; {@link TunOffload#NONE} if it has no vnet header.
     * @throws TunException if it is no descriptor of a device, or its vnet header or offload cannot be as asked.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public static TunDevice adopt(final int fd, final TunOffload offload) throws TunException
    {
        final InterfaceRequest request = new InterfaceRequest("");
        final int errno = request.ioctl(fd, Linux.TUNGETIFF);
        if (errno != 0)
        {
            throw new TunException(Reason.NO_SUCH_DEVICE,
                "descriptor " + fd + " is no TAP or TUN device: " + LibC.describe(errno));
        }
        final String name = request.name();
        final int flags = request.flags();
        final int headerLength = (flags & IFF_VNET_HDR) == 0 ? 0 : vnetHeaderLength(fd, name);
        if (headerLength == 0 && offload != TunOffload.NONE)
        {
            throw new TunException(Reason.FAILED, "'" + name + "' has no vnet header, so it can have no offload");
        }
        if (LibC.setNonBlocking(fd) < 0)
        {
            throw TunException.of(LibC.errno(), "cannot make '" + name + "' non-blocking");
        }
        final TunKind kind = (flags & IFF_TAP) != 0 ? TunKind.TAP : TunKind.TUN;
        return new TunDevice(fd, name, kind, headerLength, setOffload(fd, name, offload));
    }

    private static TunDevice open(final TunOptions options, final int extraFlags) throws TunException
    {
        final int fd = LibC.open(NODE, Linux.O_RDWR | Linux.O_NONBLOCK | Linux.O_CLOEXEC);
        if (fd < 0)
        {
            throw cannotOpen(LibC.errno());
        }
        try
        {
            final InterfaceRequest request = new InterfaceRequest(options.name()).flags(options.flags() | extraFlags);
            final int errno = request.ioctl(fd, Linux.TUNSETIFF);
            if (errno != 0)
            {
                throw cannotSetInterface(errno, options, extraFlags != 0);
            }
            final String name = request.name();
            if (options.vnetHeaderLength() != 0)
            {
                vnetHeaderLength(fd, name, options.vnetHeaderLength());
            }
            // Also where it is NONE: a persistent device keeps what was set before.
            final TunOffload offload = setOffload(fd, name, options.offload());
            return new TunDevice(fd, name, options.kind(), options.vnetHeaderLength(), offload);
        }
        catch (final TunException | RuntimeException | Error ex)
        {
            LibC.close(fd);
            throw ex;
        }
    }

    private static TunException cannotOpen(final int errno)
    {
        return switch (errno)
        {
            case ENOENT, ENXIO, ENODEV -> new TunException(Reason.NO_DRIVER,
                "there is no " + NODE + " here: load the kernel module 'tun', or give the container the device");
            case EACCES, EPERM -> new TunException(Reason.NOT_PERMITTED,
                "no permission to open " + NODE + ": needs root, or leave to read and write it; and then " +
                    "CAP_NET_ADMIN or " + OWN_NAMESPACE);
            default -> TunException.of(errno, "cannot open " + NODE);
        };
    }

    private static TunException cannotSetInterface(final int errno, final TunOptions options, final boolean create)
    {
        final String quoted = "'" + options.name() + "'";
        return switch (errno)
        {
            case EPERM, EACCES -> new TunException(Reason.NOT_PERMITTED,
                "no permission to " + (create ? "create " : "use ") + options.kind() + " device " + quoted +
                    ": needs root, CAP_NET_ADMIN or " + OWN_NAMESPACE);
            case EBUSY -> new TunException(Reason.NAME_TAKEN, create ?
                "there is an interface " + quoted + " already" :
                "interface " + quoted + " is in use by another process");
            case EINVAL -> new TunException(create ? Reason.FAILED : Reason.NAME_TAKEN, create ?
                "the kernel refuses the interface name or a flag of " + quoted + ": " + LibC.describe(errno) :
                "interface " + quoted + " is no " + options.kind() + " device " +
                    (options.multiQueue() ? "with several queues" : "with a single queue"));
            default -> TunException.of(errno, "cannot open " + options.kind() + " device " + quoted);
        };
    }

    private static int vnetHeaderLength(final int fd, final String name) throws TunException
    {
        final UnsafeBuffer value = intValue(0);
        ioctl(fd, Linux.TUNGETVNETHDRSZ, value, "read the vnet header length of '" + name + "'");
        final int length = value.getInt(0);
        if (length != VirtioNetHeader.LENGTH && length != VirtioNetHeader.MERGEABLE_LENGTH)
        {
            throw new TunException(Reason.FAILED, "'" + name + "' has a vnet header of " + length + " bytes");
        }
        return length;
    }

    private static void vnetHeaderLength(final int fd, final String name, final int length) throws TunException
    {
        ioctl(fd, Linux.TUNSETVNETHDRSZ, intValue(length),
            "set the vnet header length of '" + name + "' to " + length);
    }

    /** As much of what is wanted as the kernel knows. */
    private static TunOffload setOffload(final int fd, final String name, final TunOffload wanted) throws TunException
    {
        TunOffload offload = wanted;
        while (offload != TunOffload.NONE && LibC.get().ioctl(fd, Linux.TUNSETOFFLOAD, offload.features()) < 0)
        {
            if (LibC.errno() != EINVAL)
            {
                throw TunException.of(LibC.errno(), "cannot set offload " + offload + " of '" + name + "'");
            }
            offload = offload.less();
        }
        if (offload == TunOffload.NONE && LibC.get().ioctl(fd, Linux.TUNSETOFFLOAD, offload.features()) < 0)
        {
            throw TunException.of(LibC.errno(), "cannot set offload " + offload + " of '" + name + "'");
        }
        return offload;
    }

    private static void ioctl(final int fd, final long request, final UnsafeBuffer argument, final String operation)
        throws TunException
    {
        if (LibC.get().ioctl(fd, request, argument) < 0)
        {
            throw TunException.of(LibC.errno(), "cannot " + operation);
        }
    }

    private static UnsafeBuffer intValue(final int value)
    {
        final UnsafeBuffer memory = new UnsafeBuffer(BufferUtil.allocateDirectAligned(Long.BYTES, Long.BYTES));
        memory.putInt(0, value);
        return memory;
    }

    /** @return the interface name, the kernel's number in place of a {@code %d}. */
    public String name()
    {
        return name;
    }

    /** @return Ethernet frames or IP packets. */
    public TunKind kind()
    {
        return kind;
    }

    /** @return what the kernel agreed to: what was asked for, or less. */
    public TunOffload offload()
    {
        return offload;
    }

    /** @return bytes in front of each frame read or written, 0 if there is no vnet header. */
    public int vnetHeaderLength()
    {
        return vnetHeaderLength;
    }

    /**
     * @return the interface's number (ifindex), 0 if there is no interface of this name any more.
     * @throws TunException if the kernel will not say.
     */
    public int index() throws TunException
    {
        return link.index();
    }

    /**
     * @return the interface's MAC address.
     * @throws TunException if it has none.
     */
    public MacAddress mac() throws TunException
    {
        return link.mac();
    }

    /**
     * @param mac the interface's address from now on.
     * @throws TunException if the kernel refuses it.
     */
    public void mac(final MacAddress mac) throws TunException
    {
        link.mac(mac);
    }

    /**
     * @return the interface's IP MTU, in bytes.
     * @throws TunException if the kernel will not say.
     */
    public int mtu() throws TunException
    {
        return link.mtu();
    }

    /**
     * @param mtu the interface's IP MTU from now on, in bytes.
     * @throws TunException if the kernel refuses it.
     */
    public void mtu(final int mtu) throws TunException
    {
        link.mtu(mtu);
    }

    /**
     * @return true if the interface is up.
     * @throws TunException if the kernel will not say.
     */
    public boolean isUp() throws TunException
    {
        return link.isUp();
    }

    /**
     * @param up true to bring the interface up, false to take it down.
     * @throws TunException if the kernel refuses.
     */
    public void up(final boolean up) throws TunException
    {
        link.up(up);
    }

    /**
     * @param persistent true if the device shall stay when its last descriptor is closed.
     * @throws TunException if the kernel refuses, or the device is closed.
     */
    public void persistent(final boolean persistent) throws TunException
    {
        if (!descriptor.acquire())
        {
            throw TunException.of(Linux.EBADF, "'" + name + "' is closed");
        }
        try
        {
            if (LibC.get().ioctl(descriptor.fd(), Linux.TUNSETPERSIST, persistent ? 1 : 0) < 0)
            {
                throw TunException.of(LibC.errno(), "cannot set persistence of '" + name + "'");
            }
        }
        finally
        {
            descriptor.release();
        }
    }

    Descriptor descriptor()
    {
        return descriptor;
    }

    /** @return true if somebody removed the interface, so that the descriptor has no device any more (EBADFD). */
    public boolean isGone()
    {
        if (!descriptor.acquire())
        {
            return false;
        }
        try
        {
            return new InterfaceRequest("").ioctl(descriptor.fd(), Linux.TUNGETIFF) == Linux.EBADFD;
        }
        finally
        {
            descriptor.release();
        }
    }

    /** Give the descriptor back; a device that is not persistent goes with it. Closing twice does no harm. */
    @Override
    public void close()
    {
        descriptor.close();
    }
}

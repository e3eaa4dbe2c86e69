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
import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.TunException.Reason;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A TAP or TUN device, or one queue of it: the descriptor for frames, and the settings of the interface.
 *
 * <p>Closing closes the descriptor, at the latest when a thread that waits on it has been woken. With the last
 * descriptor the kernel removes a device that is not persistent. If opening fails, no device stays behind.
 *
 * <p>Settings are read and changed by the interface's name in the network namespace of this process. So a device
 * adopted from another namespace carries frames, but its settings cannot be used.
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
     * Create a device. It is down; a TAP has a random MAC address.
     *
     * @throws TunException if an interface has this name already, or no device can be created.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public static TunDevice create(final TunOptions options) throws TunException
    {
        return open(options, IFF_TUN_EXCL);
    }

    /**
     * Open a persistent device that no process uses, or one more queue of a multi-queue device.
     *
     * @param options name, kind and queue mode of the device; its vnet header and offload are set as given here.
     * @throws TunException if there is no such device, or it is in use or of another kind.
     * @throws IllegalArgumentException if the name is a pattern.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public static TunDevice attach(final TunOptions options) throws TunException
    {
        if (options.isPattern())
        {
            throw new IllegalArgumentException(
                "interface name '" + options.name() + "': a pattern does not name one device; give the whole name");
        }
        if (new NetworkLink(options.name()).index() == 0)
        {
            throw new TunException(Reason.NO_SUCH_DEVICE, "there is no interface '" + options.name() + "'");
        }
        return open(options, 0);
    }

    /**
     * Use an open descriptor of a device, which was inherited or received from another process; it is made
     * non-blocking. It must have been opened with IFF_NO_PI. This cannot be checked, as that bit of the kernel's answer
     * has another meaning (IFF_NOFILTER).
     *
     * @param fd      descriptor that the device closes; it is closed also if this method throws.
     * @param offload to use; {@link TunOffload#NONE} if it has no vnet header.
     * @throws TunException if the descriptor is not a device's, or its vnet header or offload is not possible.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public static TunDevice adopt(final int fd, final TunOffload offload) throws TunException
    {
        try
        {
            return adopted(fd, offload);
        }
        catch (final TunException | RuntimeException | Error ex)
        {
            LibC.close(fd);
            throw ex;
        }
    }

    private static TunDevice adopted(final int fd, final TunOffload offload) throws TunException
    {
        final InterfaceRequest request = new InterfaceRequest("");
        final int errno = request.ioctl(fd, Linux.TUNGETIFF);
        if (errno != 0)
        {
            throw new TunException(Reason.NO_SUCH_DEVICE,
                "descriptor " + fd + " is not a TAP or TUN device: " + LibC.describe(errno));
        }
        final String name = request.name();
        final int flags = request.flags();
        final int headerLength = (flags & IFF_VNET_HDR) == 0 ? 0 : vnetHeaderLength(fd, name);
        if (headerLength == 0 && offload != TunOffload.NONE)
        {
            throw new TunException(
                Reason.FAILED, "'" + name + "' has no vnet header, so it cannot have offload; pass TunOffload.NONE");
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
            // Set NONE too: a persistent device keeps the offload that was set before.
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
                "no permission to open " + NODE + ": needs root, or permission to read and write it; and then " +
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
        final MemoryBuffer value = intValue(0);
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

    /** Sets the wanted offload, or the largest one that the kernel supports. */
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

    private static void ioctl(final int fd, final long request, final MemoryBuffer argument, final String operation)
        throws TunException
    {
        if (LibC.get().ioctl(fd, request, argument) < 0)
        {
            throw TunException.of(LibC.errno(), "cannot " + operation);
        }
    }

    private static MemoryBuffer intValue(final int value)
    {
        final MemoryBuffer memory = MemoryBuffer.allocate(Long.BYTES, Long.BYTES);
        memory.putInt(0, value);
        return memory;
    }

    /** @return the interface's name, with the kernel's number instead of {@code %d}. */
    public String name()
    {
        return name;
    }

    public TunKind kind()
    {
        return kind;
    }

    /** @return the offload that the kernel agreed to: the requested one, or a smaller one. */
    public TunOffload offload()
    {
        return offload;
    }

    /** @return bytes in front of each frame; 0 without a vnet header. */
    public int vnetHeaderLength()
    {
        return vnetHeaderLength;
    }

    /**
     * @return the interface's number (ifindex); 0 if no interface has this name any more.
     * @throws TunException if the kernel refuses.
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

    /** @throws TunException if the kernel refuses it. */
    public void mac(final MacAddress mac) throws TunException
    {
        link.mac(mac);
    }

    /**
     * @return the IP MTU, in bytes.
     * @throws TunException if the kernel refuses.
     */
    public int mtu() throws TunException
    {
        return link.mtu();
    }

    /**
     * @param mtu IP MTU to set, in bytes.
     * @throws TunException if the kernel refuses it.
     */
    public void mtu(final int mtu) throws TunException
    {
        link.mtu(mtu);
    }

    /**
     * @return true if the interface is up.
     * @throws TunException if the kernel refuses.
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
     * @param persistent true to keep the device when its last descriptor is closed.
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

    /**
     * Limit the memory of the frames that were written and that the host has not processed yet: frames in a queue of
     * another interface, for example. While more is in use, a write fails for lack of room. By default there is
     * practically no limit.
     *
     * @param bytes of memory, headers of the kernel included; 1 or more.
     * @throws TunException if the kernel refuses, or the device is closed.
     */
    public void sendBufferLength(final int bytes) throws TunException
    {
        if (!descriptor.acquire())
        {
            throw TunException.of(Linux.EBADF, "'" + name + "' is closed");
        }
        try
        {
            ioctl(descriptor.fd(), Linux.TUNSETSNDBUF, intValue(bytes), "set the send buffer of '" + name + "'");
        }
        finally
        {
            descriptor.release();
        }
    }

    /**
     * Make one more file descriptor of this queue, for code that reads and writes frames by itself. The queue exists
     * until this device and that descriptor are closed.
     *
     * @return the number, non-blocking; the caller closes it.
     * @throws TunException if the device is closed or the process has no free descriptor.
     */
    public int duplicateDescriptor() throws TunException
    {
        if (!descriptor.acquire())
        {
            throw TunException.of(Linux.EBADF, "'" + name + "' is closed");
        }
        try
        {
            final int fd = LibC.get().fcntl(descriptor.fd(), Linux.F_DUPFD_CLOEXEC, 0);
            if (fd < 0)
            {
                throw TunException.of(LibC.errno(), "cannot duplicate the descriptor of '" + name + "'");
            }
            return fd;
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

    /** @return true if the interface was removed, so that the descriptor has no device any more (EBADFD). */
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

    /** The number of the interface; 0 if it is not in the network namespace of this thread. */
    int indexHere() throws IOException
    {
        if (!descriptor.acquire())
        {
            return 0;
        }
        final int namespace;
        try
        {
            namespace = LibC.get().ioctl(descriptor.fd(), Linux.TUNGETDEVNETNS, 0);
            if (namespace < 0)
            {
                throw TunException.of(LibC.errno(), "cannot find the network namespace of '" + name + "'");
            }
        }
        finally
        {
            descriptor.release();
        }
        try
        {
            final Path here = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + namespace)).equals(here) ? link.index() : 0;
        }
        finally
        {
            LibC.close(namespace);
        }
    }

    /** Close the descriptor, which removes a device that is not persistent. Closing twice does no harm. */
    @Override
    public void close()
    {
        descriptor.close();
    }
}

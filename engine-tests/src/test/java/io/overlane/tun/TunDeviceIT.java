// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.TunException.Reason;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Devices as such: made, found, set, taken over and gone. */
@InNamespace(jvmOptions = {"-XX:+UseSerialGC", "-Xmx128m"})
class TunDeviceIT extends Scenario
{
    private static final long COLLECTION_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(1);

    @Test
    void shouldCreateATapAndSetIt() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TAP, "vx0"));
        assertEquals("vx0", device.name());
        assertEquals(TunKind.TAP, device.kind());
        assertEquals(12, device.vnetHeaderLength());
        assertTrue(device.index() > 0);
        assertFalse(device.isUp());
        assertEquals(1500, device.mtu());

        final MacAddress mac = MacAddress.parse("02:42:0a:f4:01:ff");
        device.mac(mac);
        device.mtu(1450);
        device.up(true);
        assertEquals(mac, device.mac());
        assertEquals(1450, device.mtu());
        assertTrue(device.isUp());
        device.up(false);
        assertFalse(device.isUp());
    }

    /** Each start loads the classes anew: what is run for the first time is slow, and leaves the collector time. */
    @Test
    void shouldSetWhatItIsAskedForWhileTheGarbageCollectorRuns() throws Exception
    {
        create(new TunOptions(TunKind.TAP, "vx0")).close();
        final AtomicBoolean isOver = new AtomicBoolean();
        final Thread collector = new Thread(() ->
        {
            while (!isOver.get())
            {
                System.gc();
                // The collector stops all threads: without a pause the starts hardly get on.
                LockSupport.parkNanos(COLLECTION_PAUSE_NS);
            }
        });
        collector.start();
        try
        {
            for (int i = 0; i < 20; i++)
            {
                final Constructor<?> start =
                    new OwnClasses().loadClass(Start.class.getName()).getDeclaredConstructor(int.class);
                start.setAccessible(true);
                ((Callable<?>)start.newInstance(i)).call();
            }
        }
        finally
        {
            isOver.set(true);
            collector.join();
        }
    }

    /** Has classes of this project of its own, and shares all others. */
    private static final class OwnClasses extends ClassLoader
    {
        @Override
        protected Class<?> loadClass(final String name, final boolean resolve) throws ClassNotFoundException
        {
            if (!name.startsWith("io.overlane."))
            {
                return super.loadClass(name, resolve);
            }
            final Class<?> loaded = findLoadedClass(name);
            if (loaded != null)
            {
                return loaded;
            }
            try (InputStream file = getResourceAsStream(name.replace('.', '/') + ".class"))
            {
                final byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            }
            catch (final IOException ex)
            {
                throw new ClassNotFoundException(name, ex);
            }
        }
    }

    /** Makes a device and a socket, and asks the kernel what they are like. */
    static final class Start implements Callable<Void>
    {
        private final int index;

        Start(final int index)
        {
            this.index = index;
        }

        @Override
        public Void call() throws IOException
        {
            final IpAddress local = IpAddress.parse("127.0.0.1");
            final UnderlayOptions options = new UnderlayOptions(local, 20_000 + index).socketBufferLength(9000 + index);
            try (TunDevice device = TunDevice.create(new TunOptions(TunKind.TAP, "vx" + index));
                LibcUnderlay socket = LibcUnderlay.open(options.errorHandler(Throwable::printStackTrace)))
            {
                final MemoryBuffer headerLength = new MemoryBuffer(ByteBuffer.allocateDirect(Integer.BYTES));
                final int fd = device.descriptor().fd();
                assertEquals(0, LibC.get().ioctl(fd, Linux.TUNGETVNETHDRSZ, headerLength));
                assertEquals(12, headerLength.getInt(0), "start " + index);
                final MacAddress mac = new MacAddress(0x0242_0000_0000L + index);
                device.mac(mac);
                device.mtu(1000 + index);
                assertEquals(mac, device.mac());
                assertEquals(1000 + index, device.mtu());
                assertTrue(device.index() > 0);
                assertEquals(new Vtep(local, 20_000 + index), socket.local());
                assertEquals(9000 + index, socket.receiveBufferLength());
                assertTrue(socket.pathMtu(local.high(), local.low()) > 0, "path MTU");
            }
            return null;
        }
    }

    @Test
    void shouldCreateATunWithoutMac() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TUN, "t0").vnetHeaderLength(0));
        assertEquals(0, device.vnetHeaderLength());
        assertThrows(TunException.class, device::mac);
        device.mtu(65_535);
        assertEquals(65_535, device.mtu());
    }

    @Test
    void shouldLetTheKernelChooseTheNumber() throws IOException
    {
        final TunDevice first = create(new TunOptions(TunKind.TUN, "flannel%d"));
        final TunDevice second = create(new TunOptions(TunKind.TUN, "flannel%d"));
        assertEquals("flannel0", first.name());
        assertEquals("flannel1", second.name());
    }

    @Test
    void shouldRemoveTheDeviceWhenClosed() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TAP, "vx0"));
        device.close();
        device.close();
        assertFalse(exists("vx0"));
        assertEquals(0, device.index());
        assertReason(Reason.NO_SUCH_DEVICE, "cannot read the MTU of 'vx0': ENODEV", device::mtu);
        assertReason(Reason.FAILED, "'vx0' is closed", () -> device.persistent(true));
        create(new TunOptions(TunKind.TAP, "vx0"));
    }

    @Test
    void shouldRefuseANameThatIsTaken() throws IOException
    {
        create(new TunOptions(TunKind.TAP, "vx0"));
        assertReason(Reason.NAME_TAKEN, "there is an interface 'vx0' already",
            () -> TunDevice.create(new TunOptions(TunKind.TAP, "vx0")));
        assertReason(Reason.NAME_TAKEN, "there is an interface 'lo' already",
            () -> TunDevice.create(new TunOptions(TunKind.TAP, "lo")));
        assertTrue(exists("vx0"));
    }

    @Test
    void shouldAttachOnlyToWhatIsThereAndFree() throws IOException
    {
        create(new TunOptions(TunKind.TAP, "vx0"));
        assertReason(Reason.NO_SUCH_DEVICE, "there is no interface 'vx9'",
            () -> TunDevice.attach(new TunOptions(TunKind.TAP, "vx9")));
        assertFalse(exists("vx9"));
        assertReason(Reason.NAME_TAKEN, "interface 'lo' is no TAP device",
            () -> TunDevice.attach(new TunOptions(TunKind.TAP, "lo")));
        assertReason(Reason.NAME_TAKEN, "interface 'vx0' is in use by another process",
            () -> TunDevice.attach(new TunOptions(TunKind.TAP, "vx0")));
        assertThrows(IllegalArgumentException.class, () -> TunDevice.attach(new TunOptions(TunKind.TAP, "vx%d")));
    }

    @Test
    void shouldAttachToAPersistentDevice() throws IOException
    {
        final TunDevice first = create(new TunOptions(TunKind.TAP, "vx0").vnetHeaderLength(0));
        final MacAddress mac = first.mac();
        first.persistent(true);
        first.close();
        assertTrue(exists("vx0"));

        assertReason(Reason.NAME_TAKEN, "interface 'vx0' is no TUN device",
            () -> TunDevice.attach(new TunOptions(TunKind.TUN, "vx0")));
        assertReason(Reason.NAME_TAKEN, "there is an interface 'vx0' already",
            () -> TunDevice.create(new TunOptions(TunKind.TAP, "vx0")));

        final TunDevice second = closeLater(TunDevice.attach(new TunOptions(TunKind.TAP, "vx0")));
        assertEquals(mac, second.mac());
        second.close();
        assertTrue(exists("vx0"));

        final TunDevice third = closeLater(TunDevice.attach(new TunOptions(TunKind.TAP, "vx0")));
        third.persistent(false);
        third.close();
        assertFalse(exists("vx0"));
    }

    @Test
    void shouldAttachFurtherQueues() throws IOException
    {
        final TunOptions options = new TunOptions(TunKind.TAP, "vx0").multiQueue(true);
        final TunDevice first = create(options);
        final TunDevice second = closeLater(TunDevice.attach(options));
        assertEquals("vx0", second.name());
        first.close();
        assertTrue(exists("vx0"));
        second.close();
        assertFalse(exists("vx0"));
    }

    @Test
    void shouldAdoptAnOpenDescriptor() throws IOException
    {
        create(new TunOptions(TunKind.TAP, "probe")).close();
        final int fd = LibC.open("/dev/net/tun", Linux.O_RDWR | Linux.O_CLOEXEC);
        final TunOptions options = new TunOptions(TunKind.TUN, "t7");
        assertEquals(0, new InterfaceRequest("t7").flags(options.flags()).ioctl(fd, Linux.TUNSETIFF));

        final TunDevice device = closeLater(TunDevice.adopt(fd, TunOffload.CHECKSUM));
        assertEquals("t7", device.name());
        assertEquals(TunKind.TUN, device.kind());
        assertEquals(VirtioNetHeader.LENGTH, device.vnetHeaderLength(), "the kernel's default");
        // A read that blocked would hang here.
        assertEquals(0, port(device).poll(new FrameBatch(1), 1));
        device.close();
        assertFalse(exists("t7"));
    }

    @Test
    void shouldNotAdoptOtherDescriptors() throws IOException
    {
        final int fd = LibC.get().eventfd(0, Linux.O_CLOEXEC);
        assertReason(Reason.NO_SUCH_DEVICE, "descriptor " + fd + " is not a TAP or TUN device: ENOTTY",
            () -> TunDevice.adopt(fd, TunOffload.NONE));
        assertClosed(fd);

        create(new TunOptions(TunKind.TAP, "probe")).close();
        final int unbound = LibC.open("/dev/net/tun", Linux.O_RDWR | Linux.O_CLOEXEC);
        assertReason(Reason.NO_SUCH_DEVICE, "descriptor " + unbound + " is not a TAP or TUN device: EBADFD",
            () -> TunDevice.adopt(unbound, TunOffload.NONE));
        assertClosed(unbound);
    }

    private static void assertClosed(final int fd)
    {
        assertEquals(Linux.EBADF, new InterfaceRequest("").ioctl(fd, Linux.TUNGETIFF));
    }

    @Test
    void shouldTellWhatTheKernelRefuses() throws IOException
    {
        final TunDevice device = create(new TunOptions(TunKind.TAP, "vx0"));
        assertReason(Reason.FAILED, "cannot set the MTU of 'vx0' to 70000: EINVAL", () -> device.mtu(70_000));
        assertReason(Reason.FAILED, "cannot set the MAC address of 'vx0' to 01:00:5e:00:00:01: EADDRNOTAVAIL",
            () -> device.mac(MacAddress.parse("01:00:5e:00:00:01")));
        assertNotEquals(70_000, device.mtu());
    }

    private static boolean exists(final String name) throws IOException
    {
        return new NetworkLink(name).index() != 0;
    }

    private static void assertReason(final Reason reason, final String message, final Executable executable)
    {
        final TunException ex = assertThrows(TunException.class, executable);
        assertEquals(reason, ex.reason(), ex::getMessage);
        assertTrue(ex.getMessage().startsWith(message), ex::getMessage);
        assertFalse(ex.getMessage().contains("\n"));
    }
}

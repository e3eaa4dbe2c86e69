package io.overlane.tun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Against real interfaces: loopback here, two routes in a namespace. */
class UnderlayMtuTest
{
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");

    /** Runs in another namespace: the arguments are the local address and the remotes. */
    public static void main(final String[] args)
    {
        final List<IpAddress> addresses = Arrays.stream(args).map(IpAddress::parse).toList();
        System.out.println(UnderlayMtu.of(addresses.get(0), addresses.subList(1, addresses.size())));
    }

    @Test
    void shouldAnswerTheMtuOfTheOwnersInterface() throws IOException
    {
        final int mtu = NetworkInterface.getByInetAddress(LOOPBACK.toInetAddress()).getMTU();
        assertEquals(mtu, UnderlayMtu.of(LOOPBACK, List.of()));
        assertEquals(mtu, UnderlayMtu.of(IpAddress.ANY_V4, List.of(LOOPBACK)));
        assertEquals(Optional.of(LOOPBACK), UnderlayRoute.localAddress(LOOPBACK));
    }

    @Test
    void shouldAnswerTheDefaultWhenNothingIsKnown()
    {
        assertEquals(UnderlayMtu.DEFAULT, UnderlayMtu.of(IpAddress.ANY_V4, List.of()));
        assertEquals(UnderlayMtu.DEFAULT, UnderlayMtu.of(IpAddress.parse("192.0.2.77"), List.of()));
    }

    @Test
    void shouldTakeTheSmallestOverTheRoutesToTheRemotes() throws IOException
    {
        try (TestNamespace namespace = TestNamespace.openOrSkip())
        {
            namespace.addDevice("big", 9000);
            namespace.addDevice("small", 1400);
            namespace.ip().run("addr", "add", "192.0.2.1/25", "dev", "big");
            namespace.ip().run("addr", "add", "192.0.2.129/25", "dev", "small");
            namespace.ip().run("-6", "addr", "add", "fd00::1/64", "dev", "small", "nodad");

            assertEquals(9000, mtuIn(namespace, "192.0.2.1", "192.0.2.130"));
            assertEquals(9000, mtuIn(namespace, "0.0.0.0", "192.0.2.2"));
            assertEquals(1400, mtuIn(namespace, "0.0.0.0", "192.0.2.2", "192.0.2.130"));
            assertEquals(1400, mtuIn(namespace, "::", "fd00::2"));
            assertEquals(UnderlayMtu.DEFAULT, mtuIn(namespace, "0.0.0.0", "198.51.100.1"));
        }
    }

    private static int mtuIn(final TestNamespace namespace, final String... addresses) throws IOException
    {
        final List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp", System.getProperty("java.class.path"),
            UnderlayMtuTest.class.getName()));
        command.addAll(List.of(addresses));
        return Integer.parseInt(namespace.exec(command.toArray(String[]::new)).strip());
    }
}

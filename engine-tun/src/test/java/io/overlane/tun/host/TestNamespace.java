package io.overlane.tun.host;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A network namespace of a test's own with IPv6 on and the loopback device up; gone when closed. */
final class TestNamespace implements AutoCloseable
{
    private static final String NAME = "ovl-host-" + ProcessHandle.current().pid();

    private final IpCommand host;
    private final IpCommand ip;

    private TestNamespace(final IpCommand host)
    {
        this.host = host;
        ip = new IpCommand(List.of("ip", "-n", NAME));
    }

    /** Skips the test, and says why, where namespaces cannot be made. */
    static TestNamespace openOrSkip() throws IOException
    {
        final IpCommand host;
        try
        {
            host = IpCommand.find();
            host.run("netns", "add", NAME);
        }
        catch (final IOException ex)
        {
            return Assumptions.abort("needs root and network namespaces: " + ex.getMessage());
        }

        final TestNamespace namespace = new TestNamespace(host);
        try
        {
            namespace.ip.run("link", "set", "lo", "up");
            namespace.exec("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=0");
        }
        catch (final IOException ex)
        {
            namespace.close();
            throw ex;
        }
        return namespace;
    }

    /** Runs in the namespace. */
    IpCommand ip()
    {
        return ip;
    }

    /** Adds a veth pair, both ends here and up: a device with a link, which every kernel for containers has. */
    void addDevice(final String name, final int mtu) throws IOException
    {
        final String peer = name + "-peer";
        ip.run("link", "add", name, "mtu", Integer.toString(mtu), "type", "veth", "peer", "name", peer);
        ip.run("link", "set", peer, "up");
        ip.run("link", "set", name, "up");
    }

    String exec(final String... command) throws IOException
    {
        final List<String> arguments = new ArrayList<>(List.of("netns", "exec", NAME));
        arguments.addAll(List.of(command));
        return host.run(arguments);
    }

    @Override
    public void close() throws IOException
    {
        host.run("netns", "del", NAME);
    }
}

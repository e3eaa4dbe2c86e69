// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.flannel.etcd.EtcdServer;
import io.overlane.testkit.kube.ApiServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A flannel network in namespaces: nodes on one switch, a pod behind each node, and on the switch etcd or an API server
 * of Kubernetes.
 *
 * <pre>
 *   pod 1 --- node 1 --- u1 192.0.2.1 --+
 *   pod 2 --- node 2 --- u2 192.0.2.2 --+-- br0 192.0.2.254 with etcd, port 2379, or the API server, port 6443
 *   pod 3 --- node 3 --- u3 192.0.2.3 --+
 * </pre>
 *
 * Nothing outside of them is touched, and all are gone when it is closed or when the JVM is told to end.
 */
public final class FlannelLab implements AutoCloseable
{
    /** flannel's default. */
    public static final String PREFIX = "/coreos.com/network";

    private static final AtomicInteger LABS = new AtomicInteger();
    private static final String SWITCH_V4 = "192.0.2.254";
    private static final int SWITCH_NUMBER = 254;
    private static final int API_PORT = 6443;
    private static final int START_TIMEOUT_S = 120;
    private static final int KNOWN_TIMEOUT_S = 120;

    private final String name = "overlane-" + ProcessHandle.current().pid() + "-f" + LABS.incrementAndGet();
    private final Path directory;
    private final LabHost wire = new LabHost(name + "-switch", SWITCH_NUMBER);
    private final List<FlannelHost> nodes = new ArrayList<>();
    private final CleanUp cleanUp = new CleanUp(this::remove);
    private EtcdServer etcd;
    private ApiServer api;
    private String config = "";

    private FlannelLab(final Path directory)
    {
        this.directory = directory;
    }

    /**
     * Make the switch and etcd, or skip the calling test and say why.
     *
     * @param directory for the files of etcd and of the nodes.
     * @param config    of the network, JSON; empty to write none.
     * @return the lab, without nodes.
     */
    public static FlannelLab openOrSkip(final Path directory, final String config)
    {
        return openOrSkip(directory, config, new String[0]);
    }

    private static FlannelLab openOrSkip(
        final Path directory, final String config, final String... etcdOptions)
    {
        assumeTrue(EtcdServer.isInstalled(), "needs etcd (Debian: etcd-server)");
        final FlannelLab lab = new FlannelLab(directory);
        try
        {
            lab.open(config, etcdOptions);
            return lab;
        }
        catch (final Throwable ex)
        {
            lab.close();
            throw ex;
        }
    }

    /**
     * The same with an etcd that speaks version 2 too, which only flannel up to 0.17 does; nothing is written to it.
     *
     * @param directory for the files of etcd and of the nodes.
     * @return the lab, without nodes.
     */
    public static FlannelLab openWithV2OrSkip(final Path directory)
    {
        assumeTrue(EtcdServer.isInstalled() && EtcdServer.knowsV2(), "needs an etcd with version 2 (3.4, 3.5)");
        return openOrSkip(directory, "", "--enable-v2");
    }

    /**
     * Make the switch in the namespace of this JVM, which must be one of its own, and an API server in this JVM.
     *
     * @param directory for the files of the nodes.
     * @param config    of the network, JSON.
     * @return the lab, without nodes.
     */
    public static FlannelLab openKubernetes(final Path directory, final String config)
    {
        final FlannelLab lab = new FlannelLab(directory);
        try
        {
            LabProcess.start(List.of("ip", "netns", "attach", lab.wire.namespace(),
                Long.toString(ProcessHandle.current().pid()))).await(START_TIMEOUT_S).orFail();
            lab.addSwitch();
            lab.api = new ApiServer().listen(new InetSocketAddress(SWITCH_V4, API_PORT), null);
            lab.config = config;
            Files.writeString(lab.netConf(), config);
            return lab;
        }
        catch (final IOException ex)
        {
            lab.close();
            throw new UncheckedIOException(ex);
        }
        catch (final Throwable ex)
        {
            lab.close();
            throw ex;
        }
    }

    private Path netConf()
    {
        return directory.resolve("net-conf.json");
    }

    private void addSwitch()
    {
        wire.ip("link set lo up");
        wire.ip("link add br0 type bridge");
        wire.ip("addr add " + SWITCH_V4 + "/24 dev br0");
        wire.ip("link set br0 up");
        wire.set("sysctl -qw net.ipv4.ip_forward=1");
    }

    private void open(final String config, final String... etcdOptions)
    {
        addNamespace(wire);
        addSwitch();
        etcd = EtcdServer.wrapped(
            directory.resolve("etcd"), List.of("ip", "netns", "exec", wire.namespace()), SWITCH_V4, etcdOptions);
        wire.start(JavaCommand.of(
            List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
                "-cp", Path.of("target/test-classes").toAbsolutePath().toString()),
            EtcdKeys.class.getName(), List.of(etcd.endpoint(), keySocket().toString())))
            .awaitLine(EtcdKeys.LISTENING, START_TIMEOUT_S);
        if (!config.isEmpty())
        {
            put("/config", config);
        }
    }

    static void addNamespace(final LabHost host)
    {
        final CommandResult added = LabProcess.start(List.of("ip", "netns", "add", host.namespace())).await(120);
        assumeTrue(added.status() == 0, () -> "needs root and network namespaces: " + added);
    }

    /**
     * @param number from 1, the last octet of its address.
     * @return a host on the switch, with no node yet.
     */
    public FlannelHost addNode(final int number)
    {
        final FlannelHost node = new FlannelHost(this, name, number, directory);
        nodes.add(node);
        addNamespace(node.host());
        final LabHost host = node.host();
        final String device = host.underlayDevice();
        host.set("sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 " +
            "net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0");
        host.ip("link add " + device + " type veth peer name s" + number + " netns " + wire.namespace());
        wire.ip("link set s" + number + " master br0 up");
        host.ip("addr add " + host.underlayV4() + "/24 dev " + device);
        host.ip("-6 addr add " + host.underlayV6() + "/64 dev " + device + " nodad");
        host.ip("link set lo up");
        host.ip("link set " + device + " up");
        if (api != null)
        {
            final String v4 = "10.244." + number + ".0/24";
            final String v6 = "fd00:10:244:" + number + "::/64";
            api.addNode(node.name(), !config.contains("\"EnableIPv6\":true") ? new String[] {v4} :
                config.contains("\"EnableIPv4\":false") ? new String[] {v6} : new String[] {v4, v6});
            node.wrap(List.of("env", "NODE_NAME=" + node.name()));
        }
        return node;
    }

    /** What tells a node where its registry is. */
    Map<String, String> registryOptions()
    {
        final Map<String, String> options = new LinkedHashMap<>();
        if (api == null)
        {
            options.put("--etcd-endpoints", etcd.endpoint());
            options.put("--etcd-prefix", PREFIX);
        }
        else
        {
            options.put("--kube-api-url", api.url());
            options.put("--net-config-path", netConf().toString());
        }
        return options;
    }

    /**
     * Nodes with pods that know each other.
     *
     * @param count how many.
     * @return nodes 1…{@code count}.
     */
    public List<FlannelHost> startNodes(final int count)
    {
        final List<FlannelHost> started = new ArrayList<>();
        for (int i = 1; i <= count; i++)
        {
            started.add(addNode(i).launch());
        }
        started.forEach(node -> System.out.println(node.awaitReady()));
        started.forEach(FlannelHost::attachPod);
        awaitKnown(started);
        return started;
    }

    /**
     * Each has heard of all others.
     *
     * @param nodes that are ready.
     */
    public static void awaitKnown(final List<FlannelHost> nodes)
    {
        for (final FlannelHost node : nodes)
        {
            for (final FlannelHost peer : nodes)
            {
                if (peer != node)
                {
                    Poll.until("node " + node.host().number() + " knows " + peer.subnet(), KNOWN_TIMEOUT_S,
                        () -> node.query("flannel", "leases").contains(peer.subnet()));
                }
            }
        }
    }

    /** @return the switch, which routes too. */
    public LabHost wire()
    {
        return wire;
    }

    /** @return the registry; its own calls do not reach it from here, those of this class do. */
    public EtcdServer etcd()
    {
        return etcd;
    }

    /** Another API server stands in the place of the first, which does not listen any more. */
    public void replaceApi(final ApiServer other)
    {
        api = other;
    }

    /** @return the API server, of a lab with Kubernetes. */
    public ApiServer api()
    {
        return api;
    }

    /**
     * @param key   behind the prefix.
     * @param value to write.
     */
    public void put(final String key, final String value)
    {
        keys("put", PREFIX + key, value);
    }

    /**
     * @param key behind the prefix.
     */
    public void delete(final String key)
    {
        keys("delete", PREFIX + key);
    }

    /**
     * Write a key of version 2.
     *
     * @param key   behind the prefix.
     * @param value to write.
     */
    public void putV2(final String key, final String value)
    {
        keys("put-v2", PREFIX + key, value);
    }

    /**
     * @param key of version 2, behind the prefix.
     */
    public void deleteV2(final String key)
    {
        keys("delete-v2", PREFIX + key);
    }

    /**
     * @param key of version 2, behind the prefix.
     * @return what the server says of it and of what is below.
     */
    public String getV2(final String key)
    {
        return String.join("\n", keys("get-v2", PREFIX + key));
    }

    /**
     * @param key behind the prefix, whose lease of etcd's is revoked, and the key with it.
     */
    public void revoke(final String key)
    {
        keys("revoke", PREFIX + key);
    }

    /** @return keys of leases behind {@code /subnets/}, with their values. */
    public List<String> leases()
    {
        return keys("get", PREFIX + "/subnets/").stream()
            .map(line -> line.substring((PREFIX + "/subnets/").length()))
            .toList();
    }

    /** @return leases of etcd's that no key is attached to: somebody took them and forgot them. */
    public List<String> idleLeases()
    {
        return keys("idle");
    }

    /**
     * @param request to {@link EtcdKeys}.
     * @return the lines of the answer.
     */
    public List<String> keys(final String... request)
    {
        try
        {
            return EtcdKeys.ask(keySocket(), List.of(request)).stream().filter(line -> !line.isEmpty()).toList();
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    private Path keySocket()
    {
        return directory.resolve("keys.sock");
    }

    @Override
    public void close()
    {
        cleanUp.close();
    }

    private void remove()
    {
        nodes.forEach(FlannelHost::close);
        if (etcd != null)
        {
            etcd.close();
        }
        if (api != null)
        {
            api.close();
            // The namespace stays for the next lab, and those of the nodes need some time to go.
            nodes.forEach(node -> wire.run("ip", "link", "del", "s" + node.host().number()));
            wire.run("ip", "link", "del", "br0");
        }
        wire.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.admin.AdminClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A host of a {@link FlannelLab}, its pod, and the {@code flannel} of the packaged jar that may run on it. */
public final class FlannelHost implements AutoCloseable
{
    private static final int START_TIMEOUT_S = 120;
    private static final int STOP_TIMEOUT_S = 120;

    /**
     * Many nodes run on one machine, and most for some seconds only: small heaps, and the compiler that needs little
     * time itself.
     */
    private static final List<String> JVM_OPTIONS =
        List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final FlannelLab lab;
    private final LabHost host;
    private final LabHost pod;
    private final Path subnetFile;
    private final Path adminSocket;
    private final Path files;
    private final List<String> omitted = new ArrayList<>();
    private List<String> wrapper = List.of();
    private LabProcess process;
    private boolean hasPod;

    FlannelHost(final FlannelLab lab, final String name, final int number, final Path directory)
    {
        this.lab = lab;
        host = new LabHost(name + "-node" + number, number);
        pod = new LabHost(name + "-pod" + number, number);
        files = directory.resolve("node" + number);
        subnetFile = files.resolve("subnet.env");
        adminSocket = files.resolve("admin.sock");
    }

    /** @return the host. */
    public LabHost host()
    {
        return host;
    }

    /** @return the namespace behind it. */
    public LabHost pod()
    {
        return pod;
    }

    /** @return the file it writes. */
    public Path subnetFile()
    {
        return subnetFile;
    }

    /** @return the running {@code flannel}. */
    public LabProcess process()
    {
        return process;
    }

    /**
     * @param words of a request.
     * @return what {@code ctl} said.
     */
    public CommandResult ask(final String... words)
    {
        final List<String> all = new ArrayList<>(List.of("--admin", adminSocket.toString()));
        all.addAll(List.of(words));
        return host.start(Bridge.command(JVM_OPTIONS, "ctl", all)).await(STOP_TIMEOUT_S);
    }

    /**
     * Ask without a process of its own for it.
     *
     * @param words of a request.
     * @return the answer, or why there is none.
     */
    public String query(final String... words)
    {
        try
        {
            return AdminClient.ask(adminSocket, List.of(words), TimeUnit.SECONDS.toNanos(STOP_TIMEOUT_S)).body();
        }
        catch (final IOException ex)
        {
            return ex.getMessage();
        }
    }

    /**
     * @param words that start the command line of nodes launched from now on, such as {@code env NAME=VALUE}.
     */
    public void wrap(final List<String> words)
    {
        wrapper = words;
    }

    /**
     * @param option that nodes launched from now on do not get.
     */
    public void omit(final String option)
    {
        omitted.add(option);
    }

    /**
     * @return what stands on this host and in its engine, in lines that are equal when everything is as it was.
     */
    public List<String> picture()
    {
        final List<String> picture = HostPicture.of(host, files);
        if (process != null && process.isAlive())
        {
            for (final String question : List.of("fdb show", "route show", "flannel routes"))
            {
                query(question.split(" ")).lines()
                    .forEach(line -> picture.add(question + ": " + line.strip().replaceAll(" +", " ")));
            }
        }
        picture.sort(null);
        return picture;
    }

    /**
     * Wait until this host is as it was or should be.
     *
     * @param wanted  a {@link #picture}.
     * @param seconds at most.
     */
    public void awaitPicture(final List<String> wanted, final int seconds)
    {
        try
        {
            Poll.until("node " + host.number() + " as it should be", seconds, () -> picture().equals(wanted));
        }
        catch (final AssertionError ex)
        {
            final List<String> now = picture();
            final List<String> missing = new ArrayList<>(wanted);
            now.forEach(missing::remove);
            wanted.forEach(now::remove);
            throw new AssertionError(ex.getMessage() + "\nmissing: " + String.join("\n         ", missing) +
                "\ntoo much: " + String.join("\n          ", now), ex);
        }
    }

    /**
     * Start a node; it is not ready yet.
     *
     * @param arguments beside the usual ones, or in their place.
     * @return this.
     */
    public FlannelHost launch(final String... arguments)
    {
        final Map<String, String> usual = new LinkedHashMap<>(lab.registryOptions());
        usual.put("--iface", host.underlayDevice());
        usual.put("--subnet-file", subnetFile.toString());
        usual.put("--admin", adminSocket.toString());
        usual.keySet().removeAll(List.of(arguments));
        usual.keySet().removeAll(omitted);
        final List<String> all = new ArrayList<>(List.of("--ip-masq"));
        if (lab.api() != null)
        {
            all.add("--kube-subnet-mgr");
        }
        usual.forEach((option, value) -> all.addAll(List.of(option, value)));
        all.addAll(List.of(arguments));
        final List<String> jvmOptions = new ArrayList<>(JVM_OPTIONS);
        jvmOptions.add("-Djava.io.tmpdir=" + makeTemporaryDirectory());
        final List<String> command = new ArrayList<>(wrapper);
        command.addAll(Bridge.command(jvmOptions, "flannel", all));
        process = host.start(command);
        return this;
    }

    /**
     * Start a node in a root file system of {@code deploy/image/make-root.sh}, as in the pod; it is not ready yet.
     *
     * @param root it runs in, read-only; /etc/kube-flannel is the directory of the lab.
     * @return this.
     */
    public FlannelHost launchIn(final Path root)
    {
        final Path temporary = makeTemporaryDirectory();
        final List<String> command = new ArrayList<>(wrapper);
        command.addAll(List.of(
            "../deploy/image/enter-root.sh",
            root.toString(), files.toString(), temporary.toString(), files.getParent().toString(),
            "overlane", "flannel", "--ip-masq",
            "--iface", host.underlayDevice(),
            "--admin", "/run/flannel/" + adminSocket.getFileName()));
        final Map<String, String> registry = new LinkedHashMap<>(lab.registryOptions());
        if (registry.remove("--net-config-path") != null)
        {
            command.add("--kube-subnet-mgr");
        }
        registry.forEach((option, value) -> command.addAll(List.of(option, value)));
        process = host.start(command);
        return this;
    }

    /** What is forgotten there is seen in the picture. */
    private Path makeTemporaryDirectory()
    {
        try
        {
            return Files.createDirectories(files.resolve("tmp"));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /**
     * Wait until it is a node.
     *
     * @return the line that says so.
     */
    public String awaitReady()
    {
        return process.awaitLine("flannel: ready: ", START_TIMEOUT_S);
    }

    /**
     * @param text of a line.
     * @param seconds at most.
     * @return how long it took, in milliseconds.
     */
    public long awaitEvent(final String text, final int seconds)
    {
        try
        {
            return Poll.until("'" + text + "' from node " + host.number(), seconds, () -> hasEvent(text));
        }
        catch (final AssertionError ex)
        {
            throw new AssertionError(ex.getMessage() + ", only " + process.stdout(), ex);
        }
    }

    /**
     * @param text of a line.
     * @return true if it was printed.
     */
    public boolean hasEvent(final String text)
    {
        return process.stdout().stream().anyMatch(line -> line.contains(text));
    }

    /**
     * Wait until it captures to a file.
     *
     * @param file that it was started with.
     */
    public void awaitCapture(final Path file)
    {
        Poll.until(
            "a capture to " + file, START_TIMEOUT_S, () -> query("capture", "show").contains(file.toString()));
    }

    /** @return the name of its Node object under Kubernetes, {@code node1}. */
    public String name()
    {
        return "node" + host.number();
    }

    /** @return {@code 10.5.34.0/24}, as the file says it, or the subnet of IPv6 of a node without IPv4. */
    public String subnet()
    {
        return hasV4() ? value("FLANNEL_SUBNET").replaceFirst("\\.\\d+/", ".0/") :
            value("FLANNEL_IPV6_SUBNET").replaceFirst("::1/", "::/");
    }

    private boolean hasV4()
    {
        return has("FLANNEL_SUBNET");
    }

    /** @return true if the subnet file has the key. */
    public boolean has(final String key)
    {
        try
        {
            return Files.readAllLines(subnetFile).stream().anyMatch(line -> line.startsWith(key + "="));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** @return {@code 10.5.34.0-24}, the name of its lease. */
    public String leaseName()
    {
        return subnet().replace('/', '-');
    }

    /**
     * @param key of the subnet file.
     * @return its value.
     */
    public String value(final String key)
    {
        try
        {
            return Files.readAllLines(subnetFile).stream()
                .filter(line -> line.startsWith(key + "="))
                .map(line -> line.substring(key.length() + 1))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + key + " in " + subnetFile));
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException(ex);
        }
    }

    /** @return address of the pod, the second of the subnet. */
    public String podAddress()
    {
        return hasV4() ? subnet().replaceFirst("0/\\d+$", "2") : podAddressV6();
    }

    /** @return address of the pod, IPv6. */
    public String podAddressV6()
    {
        return value("FLANNEL_IPV6_SUBNET").replaceFirst("1/\\d+$", "2");
    }

    /**
     * Put a pod behind the node, as a container runtime would after reading the subnet file.
     *
     * @return this.
     */
    public FlannelHost attachPod()
    {
        if (!hasPod)
        {
            FlannelLab.addNamespace(pod);
            hasPod = true;
            pod.set("sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0");
        }
        host.run("ip", "link", "del", "cni0");
        host.ip("link add cni0 mtu " + value("FLANNEL_MTU") + " type veth peer name eth0 netns " + pod.namespace());
        host.ip("link set cni0 up");
        pod.ip("link set lo up");
        pod.ip("link set eth0 mtu " + value("FLANNEL_MTU") + " up");
        if (hasV4())
        {
            final String gateway = value("FLANNEL_SUBNET");
            host.ip("addr add " + gateway + " dev cni0");
            pod.ip("addr add " + podAddress() + gateway.substring(gateway.indexOf('/')) + " dev eth0");
            pod.ip("route add default via " + gateway.substring(0, gateway.indexOf('/')));
        }
        return this;
    }

    /**
     * Give the pod and the node's side addresses of IPv6 too.
     *
     * @return this.
     */
    public FlannelHost attachPodV6()
    {
        final String gateway = value("FLANNEL_IPV6_SUBNET");
        final String length = gateway.substring(gateway.indexOf('/'));
        host.ip("-6 addr add " + gateway + " dev cni0 nodad");
        pod.ip("-6 addr add " + podAddressV6() + length + " dev eth0 nodad");
        pod.ip("-6 route add default via " + gateway.substring(0, gateway.indexOf('/')));
        return this;
    }

    /**
     * @param subnet of another node.
     * @return the routes to it.
     */
    public String route(final String subnet)
    {
        return String.join("\n", host.run("ip", "route", "show", subnet).orFail().stdout());
    }

    /**
     * Ask it to stop and insist that it does so well.
     *
     * @return what it printed.
     */
    public CommandResult stop()
    {
        process.signal("TERM");
        final CommandResult result = process.await(STOP_TIMEOUT_S);
        assertEquals(0, result.status(), result::toString);
        return result;
    }

    @Override
    public void close()
    {
        if (hasPod)
        {
            pod.close();
        }
        host.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.flannel.lease.RegistryException;
import io.overlane.flannel.lease.SubnetManager;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Which registry the options choose, and which they refuse. */
class SubnetManagersTest
{
    @TempDir
    private Path directory;
    private final List<String> events = new ArrayList<>();

    /** A command line. */
    @Command(name = "flannel")
    static final class Words
    {
        @Mixin
        private FlannelOptions flannel;

        @Mixin
        private NodeOptions node;
    }

    private SubnetManager open(final String... arguments)
    {
        final Words words = new Words();
        new CommandLine(words).parseArgs(arguments);
        return SubnetManagers.open(words.flannel, words.node, Map.of(), events::add);
    }

    private static String refusal(final Runnable call)
    {
        return assertThrows(IllegalArgumentException.class, call::run).getMessage();
    }

    @Test
    void shouldReadTheNetworkFromItsFileUnderKubernetes() throws Exception
    {
        final Path file = directory.resolve("net-conf.json");
        try (SubnetManager manager = open(
            "--kube-subnet-mgr", "--kube-api-url=http://127.0.0.1:1", "--net-config-path=" + file))
        {
            assertEquals(List.of("Kubernetes: API server http://127.0.0.1:1"), events);
            final RegistryException missing = assertThrows(RegistryException.class, manager::networkConfig);
            assertEquals(RegistryException.Kind.NOT_FOUND, missing.kind());
            assertEquals("there is no file " + file, missing.getMessage());
            Files.writeString(file, "{\"Network\":\"10.244.0.0/16\",\"EnableNFTables\":true}");
            assertEquals("10.244.0.0/16", manager.networkConfig().v4().network().toString());
            Files.writeString(file, "{\"Network\":\"10.9.0.0/16\"}");
            assertEquals("10.244.0.0/16", manager.networkConfig().v4().network().toString(), "read once");
        }
    }

    @Test
    void shouldRefuseWhatIsNotPossibleUnderKubernetes()
    {
        assertEquals("--client is not possible with --kube-subnet-mgr: Kubernetes has leases for its nodes only",
            refusal(() -> open("--kube-subnet-mgr", "--client", "--kube-api-url=http://127.0.0.1:1")));
        assertEquals("annotation prefix 'x': expected DOMAIN or DOMAIN/NAME in lower case",
            refusal(() -> open("--kube-subnet-mgr", "--kube-annotation-prefix=x")));
        assertEquals("--kube-subnet-mgr: this is not a pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are " +
            "not set), so give --kubeconfig-file or --kube-api-url", refusal(() -> open("--kube-subnet-mgr")));
    }
}

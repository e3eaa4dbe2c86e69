// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.flannel.host.file.DockerOptions;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code mk-docker-opts}: flannel's script of that name, with its options. */
@Command(
    name = "mk-docker-opts",
    description = "Generate options of the Docker daemon from a subnet file.",
    mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the options.
public final class DockerOptionsCommand implements Callable<Integer>
{
    @Option(names = "-f", paramLabel = "FILE", defaultValue = "/run/flannel/subnet.env", description =
        "Subnet file to read. Default: ${DEFAULT-VALUE}.")
    private Path subnetFile;

    @Option(names = "-d", paramLabel = "FILE", defaultValue = "/run/docker_opts.env", description =
        "File to write. Default: ${DEFAULT-VALUE}.")
    private Path dockerFile;

    @Option(names = "-i", description =
        "Write a line for each option. Default: -i and -c.")
    private boolean individual;

    @Option(names = "-c", description =
        "Write one line with all options. Default: -i and -c.")
    private boolean combined;

    @Option(names = "-k", paramLabel = "NAME", defaultValue = DockerOptions.DEFAULT_KEY, description =
        "Name of the line with all options. Default: ${DEFAULT-VALUE}.")
    private String combinedKey;

    @Option(names = "-m", description =
        "Leave out --ip-masq, for old versions of Docker. Default: it is written.")
    private boolean withoutIpMasq;

    /**
     * @return 0.
     * @throws IOException if the file cannot be written, or if another host's route has the subnet of Docker's bridge;
     *     in the second case the file is written, as flannel's script does.
     */
    @Override
    public Integer call() throws IOException
    {
        final Map<String, String> variables = new DockerOptions(individual, combined, combinedKey, !withoutIpMasq)
            .write(subnetFile, dockerFile, System.getenv());
        if (!variables.getOrDefault("FLANNEL_SUBNET", "").isEmpty())
        {
            final Optional<String> conflict =
                DockerOptions.conflictingRoute(variables, IpCommand.find().run("route", "show"));
            if (conflict.isPresent())
            {
                throw new IOException("the routing table already has the subnet: " + conflict.get());
            }
        }
        return 0;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import io.overlane.address.IpPrefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Options for Docker's daemon, made from {@code subnet.env}: what flannel's {@code mk-docker-opts.sh} prints into
 * {@code /run/docker_opts.env}.
 *
 * @param individual  a line for each option, e.g. {@code DOCKER_OPT_MTU="--mtu=1450"} ({@code -i}).
 * @param combined    one line with all options ({@code -c}).
 * @param combinedKey name of that line ({@code -k}).
 * @param withIpMasq  false leaves {@code --ip-masq} out, which old Docker versions do not know ({@code -m}).
 */
public record DockerOptions(boolean individual, boolean combined, String combinedKey, boolean withIpMasq)
{
    /** The default of {@code -k}. */
    public static final String DEFAULT_KEY = "DOCKER_OPTS";

    /** The default of {@code -d}. */
    public static final Path DEFAULT_PATH = Path.of("/run/docker_opts.env");

    private static final String OPTION_PREFIX = "DOCKER_OPT_";

    /**
     * If neither individual nor combined is set, both are.
     *
     * @throws IllegalArgumentException if the key cannot be the name of a variable.
     */
    public DockerOptions
    {
        if (!combinedKey.matches("[A-Za-z_][A-Za-z0-9_]*"))
        {
            throw new IllegalArgumentException("'" + combinedKey + "' cannot be the name of a variable");
        }
        if (!individual && !combined)
        {
            individual = true;
            combined = true;
        }
    }

    /**
     * @param subnetFile  text of {@code subnet.env}; empty if there is none.
     * @param environment variables of the caller: {@code DOCKER_OPT_…} become options too, and the value of the
     *                    combined key stands before the others. {@code subnetFile} overrides them.
     * @return text of the file.
     * @throws IllegalArgumentException if {@code FLANNEL_IPMASQ} is neither true nor false.
     */
    public String toText(final String subnetFile, final Map<String, String> environment)
    {
        final Map<String, String> variables = new TreeMap<>(environment);
        variables.putAll(EnvironmentText.parse(subnetFile));
        addOptions(variables);

        final StringBuilder text = new StringBuilder();
        final String before = variables.getOrDefault(combinedKey, "");
        final StringBuilder all = new StringBuilder(before.isEmpty() ? "" : before + " ");
        variables.forEach((name, value) ->
        {
            if (name.startsWith(OPTION_PREFIX))
            {
                if (individual)
                {
                    text.append(name).append("=\"").append(value).append("\"\n");
                }
                all.append(' ').append(value);
            }
        });
        if (combined)
        {
            text.append(combinedKey).append("=\"").append(all).append("\"\n");
        }
        return text.toString();
    }

    /**
     * Read {@code subnet.env} and write Docker's file atomically.
     *
     * @param subnetFile  to read; if it does not exist, only the environment counts.
     * @param environment variables of the caller.
     * @throws IllegalArgumentException if {@code FLANNEL_IPMASQ} is neither true nor false.
     */
    public void write(final Path subnetFile, final Path dockerFile, final Map<String, String> environment)
        throws IOException
    {
        final String text = AtomicFile.readOrNull(subnetFile);
        AtomicFile.write(dockerFile, toText(text == null ? "" : text, environment));
    }

    /**
     * Find a route that leads the node's subnet to another host: Docker's bridge is about to get this subnet.
     *
     * @param subnetFile text of {@code subnet.env}.
     * @param routes     output of {@code ip route show}.
     * @return the conflicting route, if there is one.
     */
    public static Optional<String> conflictingRoute(final String subnetFile, final String routes)
    {
        final String subnet = EnvironmentText.parse(subnetFile).getOrDefault("FLANNEL_SUBNET", "");
        if (subnet.isEmpty())
        {
            return Optional.empty();
        }
        final String base = IpPrefix.parse(subnet).base() + " ";
        return routes.lines()
            .filter(route -> route.startsWith(base) && route.contains(" via "))
            .map(String::strip)
            .findFirst();
    }

    private void addOptions(final Map<String, String> variables)
    {
        final String subnet = variables.getOrDefault("FLANNEL_SUBNET", "");
        if (!subnet.isEmpty())
        {
            variables.put(OPTION_PREFIX + "BIP", "--bip=" + subnet);
        }
        final String mtu = variables.getOrDefault("FLANNEL_MTU", "");
        if (!mtu.isEmpty())
        {
            variables.put(OPTION_PREFIX + "MTU", "--mtu=" + mtu);
        }
        final String ipMasq = variables.getOrDefault("FLANNEL_IPMASQ", "");
        if (!ipMasq.isEmpty() && withIpMasq)
        {
            // Either Docker or flannel masquerades, not both.
            variables.put(OPTION_PREFIX + "IPMASQ", "--ip-masq=" + !parseBoolean(ipMasq));
        }
    }

    private static boolean parseBoolean(final String text)
    {
        if (!"true".equals(text) && !"false".equals(text))
        {
            throw new IllegalArgumentException("Invalid value of FLANNEL_IPMASQ: " + text);
        }
        return "true".equals(text);
    }
}

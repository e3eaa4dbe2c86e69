// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz;

import io.overlane.admin.AdminTarget;
import io.overlane.cli.bridge.config.YamlTarget;
import io.overlane.flannel.etcd.EtcdTarget;
import io.overlane.flannel.host.file.EnvironmentTarget;
import io.overlane.flannel.http.HttpClientTarget;
import io.overlane.flannel.http.PemTarget;
import io.overlane.flannel.kube.KubeConfigTarget;
import io.overlane.flannel.kube.KubeTarget;
import io.overlane.flannel.lease.LeaseTarget;
import io.overlane.fuzz.frames.EngineTarget;
import io.overlane.http.server.HttpServerTarget;
import io.overlane.pcap.CaptureTarget;
import io.overlane.replay.ReplayTarget;
import io.overlane.tun.OffloadTarget;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;

/** Every target, by the name that {@code scripts/fuzz.sh} takes. */
enum Targets
{
    HEADERS(HeaderTarget::new),
    OFFLOAD(OffloadTarget::new),
    ENGINE_LINUX(() -> EngineTarget.of("LINUX")),
    ENGINE_RFC7348(() -> EngineTarget.of("RFC7348")),
    ENGINE_STRICT(() -> EngineTarget.of("STRICT")),
    ENGINE_TRUNK(() -> EngineTarget.of("TRUNK")),
    ENGINE_GATEWAY(() -> EngineTarget.of("GATEWAY")),
    ENGINE_IP(() -> EngineTarget.of("IP")),
    CAPTURE(CaptureTarget::new),
    REPLAY(ReplayTarget::new),
    ADDRESS(AddressTarget::new),
    OPTIONS(OptionsTarget::new),
    YAML(YamlTarget::new),
    ADMIN(AdminTarget::new),
    HTTP_SERVER(HttpServerTarget::new),
    HTTP_CLIENT(HttpClientTarget::new),
    ETCD_V2(() -> new EtcdTarget(2)),
    ETCD_V3(() -> new EtcdTarget(3)),
    LEASE(LeaseTarget::new),
    KUBE(KubeTarget::new),
    KUBECONFIG(KubeConfigTarget::new),
    PEM(PemTarget::new),
    ENVIRONMENT(EnvironmentTarget::new);

    private final Callable<FuzzTarget> maker;

    Targets(final Callable<FuzzTarget> maker)
    {
        this.maker = maker;
    }

    /** A new target; the caller closes it. */
    FuzzTarget make() throws Exception
    {
        return maker.call();
    }

    static Targets of(final String name)
    {
        return Arrays.stream(values())
            .filter(target -> target.toString().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(
                "'" + name + "' is no target; there are " + Arrays.toString(values())));
    }

    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

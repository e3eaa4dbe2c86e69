// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

/**
 * Numbers and layouts of the Linux ABI on x86_64 and aarch64: 64-bit pointers and longs, little-endian. They are the
 * same on both but for {@code epoll_event}.
 *
 * <pre>
 *  iovec     0 base              8 length                                                         16 bytes
 *  msghdr    0 name  8 nameLength(4)  16 iov  24 iovCount  32 control  40 controlLength  48 flags(4)   56
 *  mmsghdr   0 msghdr           56 bytes moved(4)                                                      64
 *  cmsghdr   0 length            8 level(4)  12 type(4)  16 data, the next one on a multiple of 8
 *  sockaddr_in   0 family(2)     2 port(2, big-endian)  4 address(4)                                   16
 *  sockaddr_in6  0 family(2)     2 port(2, big-endian)  4 flow(4)  8 address(16)  24 scope(4)          28
 *  sockaddr_un   0 family(2)     2 path, closed by a zero; a zero in front: no file                      110
 *  pollfd    0 fd(4)             4 events(2)  6 what happened(2)                                        8
 *  epoll_event  0 events(4)      4 data on x86_64, where it is packed; 8 data elsewhere             12 or 16
 *  timespec  0 seconds           8 nanoseconds                                                         16
 *  ip_mreqn  0 group(4)          4 address(4)  8 interface index(4)                                    12
 *  ipv6_mreq 0 group(16)        16 interface index(4)                                                  20
 *  ifreq     0 name(16)         16 union                                                               40
 * </pre>
 *
 * Fields without a width have eight bytes. Names are those of the kernel's headers.
 */
public final class Linux
{
    // errno
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int E2BIG = 7;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int EPIPE = 32;
    public static final int ENOSYS = 38;
    public static final int EBADFD = 77;
    public static final int EMSGSIZE = 90;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;

    // open, fcntl, eventfd; SOCK_ and EFD_ share the values of O_
    public static final int O_RDWR = 2;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x8_0000;
    static final int F_GETFL = 3;
    static final int F_SETFL = 4;
    public static final int F_DUPFD_CLOEXEC = 1030;

    // sockets
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int AF_NETLINK = 16;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_SEQPACKET = 5;
    public static final int SCM_RIGHTS = 1;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CMSG_CLOEXEC = 0x4000_0000;

    public static final int SOL_SOCKET = 1;
    public static final int SO_SNDBUF = 7;
    public static final int SO_RCVBUF = 8;
    public static final int SO_NO_CHECK = 11;
    public static final int SO_REUSEPORT = 15;
    public static final int SO_ATTACH_FILTER = 26;
    public static final int SO_DETACH_FILTER = 27;
    public static final int SO_SNDBUFFORCE = 32;
    public static final int SO_RCVBUFFORCE = 33;
    /** Nine words of 32 bits; since Linux 4.12. */
    public static final int SO_MEMINFO = 55;
    public static final int MEMINFO_SIZE = 36;
    public static final int MEMINFO_DROPS_OFFSET = 32;

    public static final int IPPROTO_IP = 0;
    public static final int IP_TOS = 1;
    public static final int IP_TTL = 2;
    public static final int IP_MTU_DISCOVER = 10;
    public static final int IP_RECVTOS = 13;
    public static final int IP_MTU = 14;
    public static final int IP_MULTICAST_IF = 32;
    public static final int IP_MULTICAST_LOOP = 34;
    public static final int IP_ADD_MEMBERSHIP = 35;
    public static final int IP_DROP_MEMBERSHIP = 36;
    public static final int IP_MULTICAST_ALL = 49;
    public static final int IP_PMTUDISC_DONT = 0;
    public static final int IP_PMTUDISC_DO = 2;
    public static final int IP_PMTUDISC_INTERFACE = 4;

    public static final int IPPROTO_IPV6 = 41;
    public static final int IPV6_MULTICAST_IF = 17;
    public static final int IPV6_MULTICAST_LOOP = 19;
    public static final int IPV6_ADD_MEMBERSHIP = 20;
    public static final int IPV6_DROP_MEMBERSHIP = 21;
    public static final int IPV6_MTU_DISCOVER = 23;
    public static final int IPV6_MTU = 24;
    public static final int IPV6_V6ONLY = 26;
    public static final int IPV6_MULTICAST_ALL = 29;
    public static final int IPV6_HOPLIMIT = 52;
    public static final int IPV6_RECVTCLASS = 66;
    public static final int IPV6_TCLASS = 67;

    public static final int IPPROTO_UDP = 17;
    public static final int UDP_NO_CHECK6_TX = 101;
    public static final int UDP_NO_CHECK6_RX = 102;
    public static final int UDP_SEGMENT = 103;
    public static final int UDP_GRO = 104;

    // poll
    public static final short POLLIN = 1;
    public static final short POLLOUT = 4;

    // epoll
    public static final int EPOLLIN = 1;
    static final int EPOLLERR = 8;
    public static final int EPOLLET = 1 << 31;
    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLL_CTL_DEL = 2;

    // layouts
    public static final int IOVEC_LENGTH_OFFSET = 8;
    public static final int IOVEC_SIZE = 16;

    static final int MSG_NAME_OFFSET = 0;
    static final int MSG_NAME_LENGTH_OFFSET = 8;
    public static final int MSG_IOV_OFFSET = 16;
    public static final int MSG_IOV_COUNT_OFFSET = 24;
    public static final int MSG_CONTROL_OFFSET = 32;
    public static final int MSG_CONTROL_LENGTH_OFFSET = 40;
    public static final int MSG_SIZE = 56;
    static final int MMSG_LENGTH_OFFSET = 56;
    static final int MMSG_SIZE = 64;

    public static final int CMSG_LEVEL_OFFSET = 8;
    public static final int CMSG_TYPE_OFFSET = 12;
    public static final int CMSG_DATA_OFFSET = 16;
    /** {@code CMSG_SPACE} of a value of one to eight bytes. */
    public static final int CMSG_SMALL_SPACE = 24;

    static final int SOCKADDR_PORT_OFFSET = 2;
    static final int SOCKADDR_V4_ADDRESS_OFFSET = 4;
    static final int SOCKADDR_V6_ADDRESS_OFFSET = 8;
    static final int SOCKADDR_V6_SCOPE_OFFSET = 24;
    static final int SOCKADDR_IN_SIZE = 16;
    static final int SOCKADDR_IN6_SIZE = 28;
    public static final int SOCKADDR_UN_PATH_OFFSET = 2;
    public static final int SOCKADDR_UN_PATH_SIZE = 108;

    public static final int IP_MREQN_INDEX_OFFSET = 8;
    public static final int IP_MREQN_SIZE = 12;
    public static final int IPV6_MREQ_INDEX_OFFSET = 16;
    public static final int IPV6_MREQ_SIZE = 20;

    static final int POLLFD_EVENTS_OFFSET = 4;
    static final int POLLFD_HAPPENED_OFFSET = 6;
    static final int POLLFD_SIZE = 8;
    static final int EPOLL_DATA_OFFSET = "amd64".equals(System.getProperty("os.arch")) ? 4 : 8;
    static final int EPOLL_EVENT_SIZE = EPOLL_DATA_OFFSET + Long.BYTES;
    static final int TIMESPEC_SIZE = 16;

    public static final int IFNAME_SIZE = 16;
    public static final int IFREQ_VALUE_OFFSET = 16;
    public static final int IFREQ_SIZE = 40;

    // interface ioctls and flags
    public static final long SIOCGIFFLAGS = 0x8913;
    public static final long SIOCSIFFLAGS = 0x8914;
    public static final long SIOCGIFMTU = 0x8921;
    public static final long SIOCSIFMTU = 0x8922;
    public static final long SIOCSIFHWADDR = 0x8924;
    public static final long SIOCGIFHWADDR = 0x8927;
    public static final long SIOCGIFINDEX = 0x8933;
    public static final long SIOCETHTOOL = 0x8946;
    public static final int IFF_UP = 1;
    public static final int ARPHRD_ETHER = 1;

    // TUN/TAP ioctls and flags
    public static final long TUNSETIFF = 0x4004_54caL;
    public static final long TUNSETPERSIST = 0x4004_54cbL;
    public static final long TUNSETOFFLOAD = 0x4004_54d0L;
    public static final long TUNSETSNDBUF = 0x4004_54d4L;
    public static final long TUNGETIFF = 0x8004_54d2L;
    public static final long TUNGETVNETHDRSZ = 0x8004_54d7L;
    public static final long TUNSETVNETHDRSZ = 0x4004_54d8L;
    /** Returns a descriptor of the network namespace; since Linux 5.0. */
    public static final long TUNGETDEVNETNS = 0x54e3;
    public static final int IFF_TUN = 0x1;
    public static final int IFF_TAP = 0x2;
    public static final int IFF_MULTI_QUEUE = 0x100;
    public static final int IFF_NO_PI = 0x1000;
    public static final int IFF_VNET_HDR = 0x4000;
    public static final int IFF_TUN_EXCL = 0x8000;
    public static final int TUN_F_CSUM = 1;
    public static final int TUN_F_TSO4 = 2;
    public static final int TUN_F_TSO6 = 4;
    public static final int TUN_F_TSO_ECN = 8;
    public static final int TUN_F_USO4 = 0x20;
    public static final int TUN_F_USO6 = 0x40;

    private Linux()
    {
    }
}

/// A key made for these tests (`openssl genrsa 2048`): making one takes a second.
let rsaKey = """
    -----BEGIN PRIVATE KEY-----
    MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCbV2X/8Rn1yoqw
    t+FTiuPWy29LC57jjxWYbKX2bvlVQTDPO+ahHHVVqsey3Tka0m4uCRbs82Q4DhhV
    /jRb+PCUo+S4xl8Prx5WtdCEWr8C58MGMRrZV+xpAg9dUTxeThvNWj3/h1BEeMQy
    efOyNamMO4oscLbpfm+Qz9MgTEFfPx2ha3GiQEoUUpJ62VFmXJ+uXq/n/lLQ8O18
    BaLJGoG7TvnO+SnZfyorP0r/XmtGqjDcwNaAr1o4IScWm0zJCc5MkV6wgbX4qHko
    ASL1jvFDTRCBACt8+5srIbzt12mWQf1ExsnmZylyjDJ0zQso9P9SItVqU5pNGMiG
    2V/oh21PAgMBAAECggEARTXAVTMHfPIbrraOZtlXv6ht0oK/7OUgGwQ1QUGaRvi/
    lWU70QZL5LotNSzJN4EP4+Ta2QFr4mmtQAr9KwkTrzYCPqzrR6KfIsTovT9tIQ8/
    Xe/c5X797p8jV1FNUzr7uhd9ze5svcUMrOyWvgyYmMkiO8CQTiGt9VgS2a3/5j4X
    0Mx1ibBfW9q/Db0t5OVvFdnlJTaJJjyLuJE2Q9UCOD1PlHvMDLateBg/w6R+zPl6
    uO+m7s1E1kK8+wRWWdSmsm8NK60fby+XBbaB5W1wXt7o4NTcuI8fgtVLpCurf+gm
    DbsJJiYeP6hN6s3CvKZRkO/eipvBrfVnxYXOYb8e8QKBgQDPaSQe0zAldclwxBRG
    iam0xGpEQTEPcGdQsNyRhTyZw7B/ksLfqoRRk1PEE7bhy8DfkzXf1MvS+WBBcNih
    1ee+b9OApeieqP5eekI902hSoW6lrk3x43OCKK2ij1Si6gtFAecCnpIFzCVgyL5q
    gOafo6jHAgCRQ9k8QP6Pgt7oZwKBgQC/u40DRPxWRqZsqZKbTgPVFJvDrPEZ6v7Q
    1gYau8kFi98czXVrWKClLKus1PHNTz9GqFL8FfJQN1TK6LSnefMgFM2DC/RS6w7d
    y4hh9K4YfO3gXsIQGY4PFdKM4FzH6+CJTdCqGdqWz+Sb5onmzRAd2D/uzjd8S5B0
    wl+WuFti2QKBgAON1qucjM+nhAsloP9QbpMFZpjC0Tdlgq+0SCNKOC6eVtDoz+QL
    RPcs4huTBug5mJV8LUknmVKFKWwVpfCn/K+btPEYZrMJTEqMJ8RtcfUwhPfb08QY
    VKtfTRJjCF0+S3EkRjQaSYBF7kIJTpH+oXUM1eCLHT1f/0H0DyigYndzAoGAcaG9
    FBf5mURr8/CYE/Urrkh1fIXtqpesh6agnY13uRLJm29lTMaNBvevk1HtMOnrrXur
    Gv4Cy2nPliZOkwdigTvzBNy747yt5eNvo+Z4m8jGzng6eYI7wFMFozqBonb4b0ew
    CHAkLcduTLtYNXKJP7bfRS/wkHjUV26vaks+1hkCgYA/VZiCMQs/lmh8nHrxgdlU
    VGiKrZ/gzwctTkjrkwXhwk80B1hOQm+4fgwruobyI9uuz0fcBK27SJd3wl8huqxA
    edgjV4uCObTPVtEcZh24SZmXeePLvtN+NT9dEO9XhaN03kUitT+ZvRSaBYPgreub
    l/Gju5R72PswnuXLp5kX6w==
    -----END PRIVATE KEY-----
    """

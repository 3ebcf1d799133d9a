
nonsense

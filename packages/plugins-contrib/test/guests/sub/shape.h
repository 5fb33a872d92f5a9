static inline int area(int width, int height)
{
    int sum = 0;
    for (int i = 0; i < height; i++)
        sum += width;
    return sum;
}
